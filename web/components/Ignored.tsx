/** Parts of a LoRA that were left out, until somebody has read it. */
import type { State } from '../reducer';
import { tell } from '../state';
import { lateWords, words } from '../words';
import { IconButton } from './IconButton';

export function Ignored({ ignored: { name, parts } }: { readonly ignored: NonNullable<State['ignored']> }) {
  const said = words();
  const late = lateWords();
  return (
    <div class="notice" role="status" data-testid="ignored">
      <div class="notice-body">
        <p>{said.jobOf(name, late.ignored(parts.length))}</p>
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
