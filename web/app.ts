/** The app that shows this page: what each tells the other beside connections (`bridge-android/PROTOCOL.md`, "The control port"). */
import { effect } from '@preact/signals';
import { cancelDrawing } from './actions';
import { appText } from './appTexts';
import { sayToApp } from './bridge';
import { crashMark, hearOfDeath } from './crash';
import type { Drawing } from './drawing';
import { learnHost } from './modelActions';
import { onceMore } from './onceMore';
import { placeOf } from './placeOf';
import { state } from './state';

/** A notification need not be told more often. */
const APART_MILLISECONDS = 250;

/** From now on; `listen` hands on what the app has said and will say. */
export function followApp(listen: (hear: (text: unknown) => void) => void): void {
  effect(tellOfDrawings());
  effect(() => {
    const job = crashMark.value;
    // Nothing was said yet, and the app may have something to give back.
    if (job !== undefined) sayToApp({ type: 'job', job });
  });
  listen(hear);
}

function hear(text: unknown): void {
  const said = appText(text);
  if (said?.type === 'changed') void learnAgain();
  else if (said?.type === 'cancel' && state.peek().drawing) cancelDrawing();
  else if (said?.type === 'job') hearOfDeath(said.job);
}

const learnAgain = onceMore(learnHost);

/** Whoever computes: the app keeps the device awake, and shows how far it is. */
function tellOfDrawings(): () => void {
  let drew = false;
  let last = { index: 0, at: 0 };
  return () => {
    const { drawing } = state.value;
    if (drew !== Boolean(drawing)) {
      sayToApp({ type: drawing ? 'drawing' : 'idle' });
      last = { index: 0, at: Number.NEGATIVE_INFINITY };
    }
    drew = Boolean(drawing);
    if (!drawing) return;
    const progress = progressOf(drawing);
    const at = performance.now();
    if (progress.index === last.index || at - last.at < APART_MILLISECONDS) return;
    last = { index: progress.index, at };
    sayToApp(progress);
  };
}

/** In steps of all its pictures. */
const progressOf = ({ image, step, request }: Drawing) => {
  const { steps } = request;
  const { at, of } = placeOf(request, image);
  return { type: 'progress' as const, index: Math.min(at * steps + step, of * steps), of: of * steps };
};
