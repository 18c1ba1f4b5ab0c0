/** The words: what to draw, what to avoid, and the button that draws or cancels. */
import { useRef } from 'preact/hooks';
import { cancelDrawing, draw } from '../actions';
import { set, settings, state } from '../state';
import { words } from '../words';

const modifier = /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘' : 'Ctrl';

export function PromptForm() {
  const said = words();
  const { prompt, negativePrompt } = settings.value;
  // Opens by itself for words put there (last visit's, a picture's), and never closes on somebody typing.
  const unfolded = useRef(false);
  unfolded.current ||= negativePrompt !== '';
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    void draw();
  };
  return (
    <form class="words" onSubmit={submit}>
      <label class="field">
        <span class="label">{said.prompt}</span>
        <textarea
          class="prompt"
          data-testid="prompt"
          rows={3}
          value={prompt}
          placeholder={said.promptPlaceholder}
          onInput={(event) => set({ prompt: event.currentTarget.value })}
        />
      </label>
      <details class="fold" open={unfolded.current}>
        <summary>{said.negativePrompt}</summary>
        <textarea
          data-testid="negative-prompt"
          aria-label={said.negativePrompt}
          rows={2}
          value={negativePrompt}
          placeholder={said.negativePlaceholder}
          onInput={(event) => set({ negativePrompt: event.currentTarget.value })}
        />
      </details>
      <DrawButton />
      <p class="hint keys">{said.drawShortcut(modifier)}</p>
    </form>
  );
}

/** One button in one place, so that the thumb that drew can cancel. */
function DrawButton() {
  const said = words();
  const { drawing } = state.value;
  if (!drawing) {
    return (
      <button type="submit" class="primary" data-testid="draw">
        {said.draw}
      </button>
    );
  }
  return (
    <button type="button" class="primary stop" data-testid="cancel" disabled={drawing.aborting} onClick={cancelDrawing}>
      {drawing.aborting ? said.canceling : said.cancel}
    </button>
  );
}
