/** For ears: begun, a quarter, half, three quarters, done. Steps and seconds would never stop talking. */
import { useSignal, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { state } from '../state';
import { drawingProgress } from '../timeLeft';
import { words } from '../words';

export function Announcer() {
  const text = useSignal('');
  const quarter = useRef<number | undefined>(undefined);
  const count = useRef(0);
  useSignalEffect(() => {
    const { drawing, decodeSteps, pictures, problem } = state.value;
    const said = words();
    if (drawing) {
      const next = Math.floor(4 * drawingProgress(drawing, decodeSteps, performance.now()).done);
      if (next === quarter.current) return;
      text.value = quarter.current === undefined ? said.announceStarted : said.announceDoneShare(25 * next);
      quarter.current = next;
    } else if (quarter.current !== undefined) {
      quarter.current = undefined;
      const finished = pictures.length > count.current;
      text.value = problem ? '' : finished ? said.announceDone : said.announceStopped;
    }
    if (!drawing) count.current = pictures.length;
  });
  return (
    <p class="unseen" aria-live="polite" data-testid="announcer">
      {text}
    </p>
  );
}
