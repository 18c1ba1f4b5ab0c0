/** What the emulator found, as lines of a table, and whether that is good enough. */
import type { Found } from './emulator';
import type { Job } from './quantizedStage';

/** Signal to noise of a compiled graph read again, decibels. */
const LEAST_AGAIN = 50;
/** What the emulator may lose of the graph's own signal to noise against float32, decibels. */
const MOST_LOST = 1;

const HEADS = ['compiled', 'at most', 'context', 'own numbers', 'read again', 'float32', '(at best)', 'a run'];
const NAME = 36;
const WIDTH = 12;

export const COLUMNS = ['graph'.padEnd(NAME), 'chip    ', ...HEADS.map((head) => head.padStart(WIDTH))].join('');

export function line(job: Job, chip: string, found: Found | string): string {
  const head = `${job.name.padEnd(NAME)}${chip}  `;
  if (typeof found === 'string') return `${head}FAIL ${found}`;
  const { seconds, peakBytes, contextBytes, toExact, reloaded, toFloat, exactToFloat, notFinite, runSeconds } = found;
  const decibels = [toExact, reloaded && Math.min(reloaded, 999), toFloat, exactToFloat].map((value) =>
    value === null ? 'NaN' : (value ?? '-'),
  );
  const cells = [
    `${seconds} s`,
    megabytes(peakBytes),
    megabytes(contextBytes),
    ...decibels,
    runSeconds === undefined ? '-' : `${runSeconds} s`,
  ];
  return (
    head +
    cells.map((cell) => `${cell}`.padStart(WIDTH)).join('') +
    (passes(job, found) ? '' : `  FAIL${notFinite ? ` ${notFinite} is not finite` : ''}`)
  );
}

/**
 * Where it was only compiled, that is enough; where nothing is asked of its numbers, they must be as good as the graph's own,
 * if these are known. What is no number never passes.
 */
export function passes({ least }: Job, found: Found | string): boolean {
  if (typeof found === 'string' || found.notFinite !== undefined) return false;
  const { toExact, reloaded = LEAST_AGAIN, toFloat, exactToFloat } = found;
  const known = [toExact, reloaded, toFloat, exactToFloat].filter((decibels) => decibels !== undefined);
  if (!known.every(Number.isFinite)) return false;
  if (toExact === undefined) return true;
  const asGood = toFloat === undefined || toFloat! >= exactToFloat! - MOST_LOST;
  return (least === undefined ? asGood : toExact! >= least) && reloaded! >= LEAST_AGAIN;
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
