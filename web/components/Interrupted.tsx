/** What an earlier visit left half done: go on, or give its space back. */
import { useState } from 'preact/hooks';
import type { Freeable } from '../../workers/api';
import { reopened } from '../handles';
import { interrupted } from '../leftOver';
import { download, freeUp, openPicked } from '../modelActions';
import { takeOptions } from '../openOptions';
import { state } from '../state';
import { sizeText, words } from '../words';
import { FileButton } from './FileButton';

export const Interrupted = () => (
  <>
    {interrupted(state.value).map((left) => (
      <Card key={left.key} left={left} />
    ))}
  </>
);

function Card({ left }: { readonly left: Freeable }) {
  const said = words();
  const { key, kind, name, bytes, remote, source = name, handles, options = {} } = left;
  const [refused, setRefused] = useState(false);
  const byHand = !remote && (refused || !handles);
  const { loras = [], vae, ...plain } = options;
  const files = [...loras.map((lora) => said.weighed(lora.name, lora.weight)), ...(vae ? [vae] : [])];
  const goOn = (): void => {
    if (remote) download(remote);
    else
      void reopened(left).then(
        ([picked, again]) => openPicked(picked, again),
        () => setRefused(true),
      );
  };
  return (
    <li class="card" data-testid="interrupted" data-kind={kind}>
      <span class="entry-words">
        <span class="card-name">{name}</span>
        <small role={refused ? 'alert' : undefined}>
          {said.interrupted[remote ? 'download' : 'import'](sizeText(bytes))}
          {byHand ? said.chooseAgain(source, files) : files.length > 0 && said.keptOptions(files)}
        </small>
      </span>
      <div class="buttons">
        {byHand ? (
          [false, true].map((folder) => (
            <FileButton
              key={folder}
              testid={folder ? 'resume-folder' : 'resume-file'}
              folder={folder}
              onPick={(picked, handle) => openPicked(picked, { ...plain, ...takeOptions(), handle })}
            >
              {said.resumeWith(folder ? said.openFolder : said.openFile)}
            </FileButton>
          ))
        ) : (
          <button type="button" data-testid="resume" onClick={goOn}>
            {said.resume}
          </button>
        )}
        <button type="button" class="quiet" data-testid="discard" onClick={() => void freeUp(key)}>
          {said.discard}
        </button>
      </div>
    </li>
  );
}
