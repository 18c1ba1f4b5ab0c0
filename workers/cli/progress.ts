/** Progress on a terminal: one line on stderr, rewritten, with the time left. Silent where nobody is looking. */
import type { StageName } from '../../models/stage';
import type { ImageEvent, ImageRequest } from '../api';

const BAR_CELLS = 24;

/** A listener that draws events; call `end()` before anything else is written to the terminal. */
export function terminalProgress(request: ImageRequest, stream: NodeJS.WriteStream) {
  if (!stream.isTTY) return { show() {}, end() {} };
  const recent: number[] = [];
  let written = false;
  const write = (line: string) => {
    stream.write(`\r\x1b[2K${line}`);
    written = true;
  };
  return {
    show(event: ImageEvent): void {
      const which =
        request.numImages > 1 && 'image' in event ? `picture ${event.image + 1}/${request.numImages}  ` : '';
      if (event.type === 'loading') write(`opening ${event.stage.replace('_', ' ')} …`);
      if (event.type === 'decoding') write(`${which}decoding …`);
      if (event.type === 'step') {
        recent.push(event.milliseconds);
        const done = event.image * event.of + event.index;
        const of = request.numImages * event.of;
        write(
          `${which}${bar(done / of)} step ${event.index}/${event.of}  ${timeLeft((of - done) * median(recent.slice(-9)))} left`,
        );
      }
    },
    end(): void {
      if (written) stream.write('\r\x1b[2K');
      written = false;
    },
  };
}

/** The same for a conversion, which the first picture of a checkpoint waits for. */
export function terminalConversion(stream: NodeJS.WriteStream) {
  if (!stream.isTTY) return { show() {}, end() {} };
  const started = performance.now();
  return {
    show(stage: StageName, bytes: number, of: number): void {
      const left = ((performance.now() - started) * (of - bytes)) / bytes;
      stream.write(`\r\x1b[2K${bar(bytes / of)} converting ${stage.replace('_', ' ')}  ${timeLeft(left)} left`);
    },
    end(): void {
      stream.write('\r\x1b[2K');
    },
  };
}

const bar = (part: number): string => {
  const full = Math.round(part * BAR_CELLS);
  return `[${'█'.repeat(full)}${'·'.repeat(BAR_CELLS - full)}]`;
};

function timeLeft(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
