/** The page that was here before died while it drew: what that was, and the way to draw it again. */
import { draw } from '../actions';
import { diedDrawing } from '../crash';
import type { Died } from '../died';
import type { Settings } from '../settings';
import { set } from '../state';
import { lateWords, words } from '../words';
import { IconButton } from './IconButton';

export function DiedNotice({ died: { width, height, step, settings } }: { readonly died: Died }) {
  const late = lateWords();
  const dismiss = (): void => {
    diedDrawing.value = undefined;
  };
  return (
    <div class="notice" role="alert" data-testid="page-died">
      <div class="notice-body">
        <p>{late.pageDied(width, height, step)}</p>
        {settings && (
          <button type="button" data-testid="draw-again" onClick={() => drawAgain(settings)}>
            {late.drawAgain}
          </button>
        )}
      </div>
      <IconButton icon="close" testid="dismiss" label={words().dismiss} onClick={dismiss} />
    </div>
  );
}

/** What the page died of, seed and all, with the model in use. */
function drawAgain({ modelId: _, ...kept }: Settings): void {
  set({ ...kept, keepSeed: true, keepSubseed: Boolean(kept.sampling.subseedStrength) });
  void draw();
}
