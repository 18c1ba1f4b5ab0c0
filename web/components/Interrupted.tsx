/** What an earlier visit left half done: go on, or give its space back. */
import type { Freeable } from '../../workers/api';
import { leftOver } from '../leftOver';
import { download, freeUp, openFiles } from '../modelActions';
import { state } from '../state';
import { sizeText, words } from '../words';
import { FileButton } from './FileButton';

export function Interrupted() {
  const said = words();
  return (
    <>
      {leftOver(state.value).map((left) =>
        left.kind === 'discarded' ? null : (
          <li key={left.key} class="card" data-testid="interrupted" data-kind={left.kind}>
            <span class="entry-words">
              <span class="card-name">{left.name}</span>
              <small>{said.interrupted[left.kind](sizeText(left.bytes))}</small>
            </span>
            <div class="buttons">
              <Resume left={left} />
              <button type="button" class="quiet" data-testid="discard" onClick={() => void freeUp(left.key)}>
                {said.discard}
              </button>
            </div>
          </li>
        ),
      )}
    </>
  );
}

/** A page may not open yesterday's file again by itself: an import needs it to be picked once more. */
function Resume({ left }: { readonly left: Freeable }) {
  const said = words();
  const { remote } = left;
  if (remote) {
    return (
      <button type="button" data-testid="resume" onClick={() => download(remote)}>
        {said.resume}
      </button>
    );
  }
  if (left.kind === 'download') return null;
  return (
    <>
      <FileButton testid="resume-file" onPick={openFiles}>
        {said.resumeWith(said.openFile)}
      </FileButton>
      <FileButton testid="resume-folder" folder onPick={openFiles}>
        {said.resumeWith(said.openFolder)}
      </FileButton>
    </>
  );
}
