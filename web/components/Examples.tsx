/** Something to begin with, while there is no picture yet. A tap fills the prompt; drawing stays the person's. */
import { set } from '../state';
import { words } from '../words';

export function Examples() {
  const said = words();
  return (
    <div class="examples">
      <span class="hint">{said.try}</span>
      {said.examples.map((prompt) => (
        <button
          type="button"
          key={prompt}
          class="example"
          data-testid="example"
          lang="en"
          onClick={() => set({ prompt })}
        >
          {prompt}
        </button>
      ))}
    </div>
  );
}
