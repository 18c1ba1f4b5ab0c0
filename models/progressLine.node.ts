/**
 * Progress on stderr. On a terminal: one line, rewritten, with a bar. Where stderr is a file or a pipe: now and then a
 * plain line without control characters, so that who reads a log sees that it goes on and neither drowns in it.
 */
import type { StageName } from './stage';

const BAR_CELLS = 24;
const PLAIN_EVERY_MILLISECONDS = 10_000;

/** The part of `NodeJS.WriteStream` that is used here. */
export interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface ProgressLine {
  /** `done`: 0 to 1, where that is known; `left`: milliseconds. */
  show(what: string, done?: number, left?: number): void;
  /** Clears the line: call it before anything else is written. */
  end(): void;
}

export function progressLine(stream: Terminal, now: () => number = () => performance.now()): ProgressLine {
  return stream.isTTY ? rewritten(stream) : plain(stream, now);
}

function rewritten(stream: Terminal): ProgressLine {
  let written = false;
  return {
    show(what, done, left) {
      stream.write(`\r\x1b[2K${done === undefined ? '' : `${bar(done)} `}${sentence(what, left)}`);
      written = true;
    },
    end() {
      if (written) stream.write('\r\x1b[2K');
      written = false;
    },
  };
}

function plain(stream: Terminal, now: () => number): ProgressLine {
  let told = now();
  return {
    show(what, _, left) {
      if (now() - told < PLAIN_EVERY_MILLISECONDS) return;
      told = now();
      stream.write(`${sentence(what, left)}\n`);
    },
    end() {},
  };
}

/** For a conversion: `show` takes what `writeConverted` tells. */
export function conversionProgress(stream: Terminal, now: () => number = () => performance.now()) {
  const line = progressLine(stream, now);
  const started = now();
  return {
    show(stage: StageName, bytes: number, of: number): void {
      const left = ((now() - started) * (of - bytes)) / bytes;
      const megabytes = (count: number): string => String(Math.round(count / 1e6));
      const what = `converting ${stage.replace('_', ' ')}, ${megabytes(bytes)} of ${megabytes(of)} MB`;
      line.show(what, bytes / of, left);
    },
    end: line.end,
  };
}

const sentence = (what: string, left: number | undefined): string => (!left ? what : `${what}, ${duration(left)} left`);

const bar = (part: number): string => {
  const full = Math.round(part * BAR_CELLS);
  return `[${'█'.repeat(full)}${'·'.repeat(BAR_CELLS - full)}]`;
};

function duration(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
