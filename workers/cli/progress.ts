/** A drawing's progress on stderr, in words, with the time left. */
import { progressLine, type Terminal } from '../../models/progressLine.node';
import type { ImageEvent, ImageRequest } from '../api';

/** A listener that tells of events; call `end()` before anything else is written to the terminal. */
export function drawingProgress(
  { numImages, only }: Pick<ImageRequest, 'numImages' | 'only'>,
  stream: Terminal,
  now?: () => number,
) {
  const pictures = only === undefined ? numImages : 1;
  const line = progressLine(stream, now);
  const recent: number[] = [];
  return {
    show(event: ImageEvent): void {
      const which = numImages > 1 && 'image' in event ? `picture ${event.image + 1} of ${numImages}, ` : '';
      if (event.type === 'loading') line.show(`opening ${event.stage.replace('_', ' ')} …`);
      if (event.type === 'encoding') line.show('looking at pictures …');
      if (event.type === 'decoding') line.show(`${which}decoding …`);
      if (event.type === 'step') {
        const { step, done: behind, of: each } = event.work ?? { step: 1, done: event.index, of: event.of };
        recent.push(event.milliseconds / step);
        const done = (event.image - (only ?? 0)) * each + behind;
        const of = pictures * each;
        line.show(`${which}step ${event.index} of ${event.of}`, done / of, (of - done) * median(recent.slice(-9)));
      }
    },
    end: line.end,
  };
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
