/** The pictures of this visit, newest first. */
import { state, tell } from '../state';
import { words } from '../words';
import { PictureCanvas } from './PictureCanvas';

/** Enough of a prompt to know it by. */
const opening = (prompt: string): string => (prompt.length > 80 ? `${prompt.slice(0, 80)}…` : prompt);

export function Gallery() {
  const said = words();
  const { pictures, shown } = state.value;
  return (
    <ul class="gallery" aria-label={said.gallery} data-testid="gallery">
      {[...pictures].reverse().map((drawn) => (
        <li key={drawn.id}>
          <button
            type="button"
            class="thumb"
            aria-pressed={drawn.id === shown}
            aria-label={said.showPicture(drawn.id, opening(drawn.request.prompt))}
            onClick={() => tell({ type: 'show', id: drawn.id })}
          >
            <PictureCanvas picture={drawn.picture} label="" />
          </button>
        </li>
      ))}
    </ul>
  );
}
