/** Keys that work anywhere on the page, its title while it works, and the question before work is thrown away. */
import { effect } from '@preact/signals';
import { cancelDrawing, draw } from './actions';
import { now } from './clock';
import { state, tell } from './state';
import { drawingProgress } from './timeLeft';
import { words } from './words';

/** Ctrl/Cmd + Enter draws. Esc cancels; where nothing is drawn, it sends away what was said last: at the foot of the page, else what went wrong. */
export function listenToKeys(): void {
  addEventListener('keydown', (event) => {
    if (event.isComposing) return; // Enter and Esc belong to the input method then.
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void draw();
    else if (event.key === 'Escape') {
      const { drawing, toast, problem } = state.value;
      if (drawing) cancelDrawing();
      else if (toast) tell({ type: 'toast', toast: undefined });
      else if (problem) tell({ type: 'problem', problem: undefined });
      else return;
    } else return;
    event.preventDefault();
  });
}

/** The tab says how far it is: drawing takes long enough to look elsewhere meanwhile. */
export const followTitle = (): (() => void) =>
  effect(() => {
    const { drawing, decodeSteps } = state.value;
    const percent = drawing && Math.round(100 * drawingProgress(drawing, decodeSteps, now.value).done);
    document.title = percent === undefined ? words().title : `${percent} % · ${words().title}`;
  });

const WORTH_ASKING_MILLISECONDS = 10_000;

/** Asks before leaving only where more than ten seconds of work would be lost; downloads go on next time. */
export function guardUnload(): void {
  addEventListener('beforeunload', (event) => {
    const { drawing, jobs } = state.value;
    const work = [drawing, ...jobs.filter((job) => job.kind === 'picked')];
    const long = (started: number): boolean => performance.now() - started > WORTH_ASKING_MILLISECONDS;
    if (work.some((one) => one && long(one.started))) event.preventDefault();
  });
}
