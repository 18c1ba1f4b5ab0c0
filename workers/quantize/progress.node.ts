/** A quantization's progress on stderr, in words, with the time left of what is being done. */
import { progressLine, type Terminal } from '../../models/progressLine.node';
import type { StageName } from '../../models/stage';

/** Call `end()` before anything else is written to the terminal. */
export function quantizeProgress(stream: Terminal, now: () => number = () => performance.now()) {
  const line = progressLine(stream, now);
  let doing = '';
  let since = { at: 0, done: 0 };
  const show = (what: string, done: number, note = ''): void => {
    if (what !== doing) {
      doing = what;
      // What was done by an earlier run says nothing of this one's pace.
      since = { at: now(), done };
    }
    const pace = (now() - since.at) / (done - since.done);
    line.show(`${what}${note}`, done, done > since.done ? pace * (1 - done) : undefined);
  };
  return {
    drawing: (size: string, done: number, of: number): void =>
      show(`drawing pictures to calibrate with at ${size}`, done / of, `, ${Math.floor(done)} of ${of}`),
    rounding: (stage: StageName, done: number): void => show(`calibrating and rounding ${words(stage)}`, done),
    pricing: (done: number, of: number): void => show('measuring what four bits cost', done / of),
    writing: (stage: StageName, size: string): void => line.show(`writing ${words(stage)} for ${size}`),
    packing: (_: StageName, bytes: number, of: number): void => show('packing weights', bytes / of),
    /** A line that stays. */
    note(words: string): void {
      line.end();
      stream.write(`${words}\n`);
    },
    end: line.end,
  };
}

const words = (stage: StageName): string => stage.replace('_', ' ');
