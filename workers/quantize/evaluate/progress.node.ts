/** A comparison's progress on stderr, in words, with the time left. */
import { progressLine, type Terminal } from '../../../models/progressLine.node';
import type { Progress } from './comparison';

const WORDS = { reference: 'drawn exactly', noise: 'noise compared', picture: 'drawn quantized' } as const;

/** Call `end()` before anything else is written to the terminal. */
export function evaluationProgress(stream: Terminal, now: () => number = () => performance.now()) {
  const line = progressLine(stream, now);
  let since: { readonly at: number; readonly done: number } | undefined;
  const show: Progress = ({ doing, index, of, done }) => {
    // What an earlier run has done says nothing of this one's pace.
    since ??= { at: now(), done };
    const pace = (now() - since.at) / (done - since.done);
    const left = done > since.done ? pace * (1 - done) : undefined;
    line.show(`picture ${index + 1} of ${of}, ${WORDS[doing]}`, done, left);
  };
  return { show, end: line.end };
}
