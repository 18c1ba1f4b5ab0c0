/** What the measuring worker is asked, and what it answers. */
import type { Measured } from '../measured';
import type { Variant } from '../variants';
import type { Layer } from './layers';

export type Job =
  | { readonly type: 'stage'; readonly variant: Variant; readonly threads: number; readonly runs: number }
  | { readonly type: 'layers'; readonly threads: number };

/** By the type of the job. */
export interface Answer {
  readonly stage: Measured;
  readonly layers: readonly Layer[];
}
