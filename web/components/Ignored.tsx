/** Parts of a LoRA that were left out, until somebody has read it. */
import { state, tell } from '../state';
import { words } from '../words';
import { IconButton } from './IconButton';

export function Ignored() {
  const said = words();
  const { ignored } = state.value;
  if (!ignored) return null;
  const { name, parts } = ignored;
  return (
    <div class="notice" role="status" data-testid="ignored">
      <div class="notice-body">
        <p>{said.jobOf(name, said.ignored(parts.length))}</p>
        <details class="fold">
          <summary>{said.details}</summary>
          <code class="lines">{parts.join('\n')}</code>
        </details>
      </div>
      <IconButton
        icon="close"
        testid="ignored-away"
        label={said.dismiss}
        onClick={() => tell({ type: 'ignored', ignored: undefined })}
      />
    </div>
  );
}
