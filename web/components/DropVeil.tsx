/** Over everything while a file is held above the page: it may be let go anywhere. */
import { dragging } from '../drop';
import { words } from '../words';
import { Icon } from './Icon';

export function DropVeil() {
  const said = words();
  if (!dragging.value) return null;
  return (
    <div class="veil" data-testid="drop-veil">
      <div>
        <Icon name="folder" />
        <p>{said.dropHere}</p>
        <p class="hint">{said.dropHint}</p>
      </div>
    </div>
  );
}
