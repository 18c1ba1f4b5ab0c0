/** What can be done with the picture on show, and what drew it. */
import { useState } from 'preact/hooks';
import type { Drawn } from '../drawing';
import { canShare, saveAsFile, share } from '../keep';
import { pictureOnShow } from '../state';
import { withLate } from '../withLate';
import { words } from '../words';
import { Icon } from './Icon';

const shareable = canShare();

export function PictureActions() {
  const drawn = pictureOnShow();
  return drawn ? <Actions drawn={drawn} key={drawn.id} /> : null;
}

function Actions({ drawn }: { readonly drawn: Drawn }) {
  const said = words();
  const [failed, setFailed] = useState(false);
  const { picture, backend, milliseconds } = drawn;
  const keep = async (how: (drawn: Drawn) => Promise<void>): Promise<void> => {
    try {
      await how(drawn);
    } catch {
      setFailed(true);
    }
  };
  return (
    <div class="actions">
      <div class="buttons">
        <button type="button" data-testid="save" onClick={() => keep(saveAsFile)}>
          <Icon name="save" />
          {said.save}
        </button>
        {shareable && (
          <button type="button" data-testid="share" onClick={() => keep(share)}>
            <Icon name="share" />
            {said.share}
          </button>
        )}
        <button
          type="button"
          class="quiet"
          data-testid="reuse"
          aria-label={said.reuse + said.reuseWhat}
          title={said.reuse + said.reuseWhat}
          onClick={() => void withLate(({ reuse }) => reuse(drawn))}
        >
          <Icon name="reuse" />
          <span>
            {said.reuse}
            <span class="roomy">{said.reuseWhat}</span>
          </span>
        </button>
      </div>
      <p class="facts" data-testid="facts">
        {`${picture.width} × ${picture.height} · ${said.seedOf(picture.seed, picture.subseed)} · `}
        {said.drawnIn(said.duration(milliseconds), said.backends[backend])}
      </p>
      {failed && <p role="alert">{said.saveFailed}</p>}
    </div>
  );
}
