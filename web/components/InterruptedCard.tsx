/** What an earlier visit left half done: go on, or give its space back. */
import { useState } from 'preact/hooks';
import type { Freeable } from '../../workers/api';
import { download, freeUp, openPicked } from '../modelActions';
import { takeOptions } from '../openOptions';
import { reopened } from '../reopened';
import { lateWords, sizeText, words } from '../words';
import { FileButton } from './FileButton';

export function InterruptedCard({ left }: { readonly left: Freeable }) {
  const said = words();
  const late = lateWords();
  const { key, name, bytes, remote, source = name, handles, options = {} } = left;
  const [refused, setRefused] = useState(false);
  const byHand = !remote && (refused || !handles);
  const { loras = [], vae, ...plain } = options;
  const files = [...loras.map((lora) => late.weighed(lora.name, lora.weight)), ...(vae ? [vae] : [])];
  const goOn = (): void => {
    if (remote) download(remote);
    else
      void reopened(left).then(
        ([picked, again]) => openPicked(picked, again),
        () => setRefused(true),
      );
  };
  return (
    <>
      <span class="entry-words">
        <span class="card-name">{name}</span>
        <small role={refused ? 'alert' : undefined}>
          {late.interrupted[remote ? 'download' : 'import'](sizeText(bytes))}
          {byHand ? late.chooseAgain(source, files, said.openOptions) : files.length > 0 && late.keptOptions(files)}
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
              {late.resumeWith(folder ? said.openFolder : said.openFile)}
            </FileButton>
          ))
        ) : (
          <button type="button" data-testid="resume" onClick={goOn}>
            {late.resume}
          </button>
        )}
        <button type="button" class="quiet" data-testid="discard" onClick={() => void freeUp(key)}>
          {late.discard}
        </button>
      </div>
    </>
  );
}
