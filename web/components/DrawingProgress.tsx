/** Step x of n, and the time left. */
import { now } from '../clock';
import type { Drawing } from '../drawing';
import { bringsModel } from '../jobs';
import { placeOf } from '../placeOf';
import { modelInUse, state } from '../state';
import { drawingProgress, jobProgress } from '../timeLeft';
import { words } from '../words';
import type { Words } from '../words/en';
import { ProgressBar } from './ProgressBar';

export function DrawingProgress({ drawing }: { readonly drawing: Drawing }) {
  const said = words();
  const { jobs, decodeSteps } = state.value;
  const waits = drawing.phase === 'waiting' && !modelInUse() && jobs.find(bringsModel);
  const { done, left } = waits ? jobProgress(waits, now.value) : drawingProgress(drawing, decodeSteps, now.value);
  const place = placeOf(drawing.request, drawing.image);
  const which = place.of > 1 ? `${said.phases.picture(Math.min(place.at + 1, place.of), place.of)} · ` : '';
  const phase = waits ? said.phases.preparing : phaseText(drawing, said);
  return (
    <ProgressBar label={which + phase} done={done} note={left === undefined ? '' : said.left(said.duration(left))} />
  );
}

function phaseText({ phase, step, of }: Drawing, said: Words): string {
  return phase === 'steps' ? said.phases.step(step, of) : said.phases[phase];
}
