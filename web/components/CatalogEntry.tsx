/** A model that can be downloaded. Where its license wants it, it is shown and accepted first, once for each model. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { RemoteModel } from '../../workers/api';
import { acceptLicense, needsAccepting } from '../licenses';
import { download } from '../modelActions';
import { state } from '../state';
import { lateWords, sizeText, words } from '../words';
import { LicenseLink } from './LicenseLink';

export function CatalogEntry({ model }: { readonly model: RemoteModel }) {
  const said = words();
  const late = lateWords();
  const [asking, setAsking] = useState(false);
  const accept = useRef<HTMLButtonElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const { name, about, bytes, license } = model;
  const coming = state.value.jobs.some(({ remote }) => remote?.urls[0] === model.urls[0]);
  useLayoutEffect(() => accept.current?.focus(), [asking]);
  const refuse = (): void => {
    setAsking(false);
    // The button comes back, and with it the focus.
    requestAnimationFrame(() => button.current?.focus());
  };
  const get = (): void => {
    setAsking(false);
    download(model);
  };
  return (
    <li class="card entry" data-testid="catalog-entry">
      <span class="entry-words">
        <span class="card-name">{name}</span>
        <small>
          {bytes === undefined ? '' : `${sizeText(bytes)} · `}
          {license ? <LicenseLink license={license} /> : late.licenseUnknown}
        </small>
        {about && <small>{about}</small>}
      </span>
      {asking && license ? (
        <fieldset
          class="confirm"
          data-testid="license-gate"
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            event.stopPropagation();
            refuse();
          }}
        >
          <legend>{late.licenseFirst(license.name)}</legend>
          <button
            type="button"
            ref={accept}
            data-testid="accept-license"
            onClick={() => {
              acceptLicense(model);
              get();
            }}
          >
            {late.acceptLicense}
          </button>
          <button type="button" class="quiet" data-testid="refuse-license" onClick={refuse}>
            {said.cancel}
          </button>
        </fieldset>
      ) : (
        <button
          type="button"
          ref={button}
          data-testid="get-model"
          aria-label={late.getModel(name)}
          disabled={coming}
          onClick={() => (needsAccepting(model) ? setAsking(true) : get())}
        >
          {late.get}
        </button>
      )}
    </li>
  );
}
