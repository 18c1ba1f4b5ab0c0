/** What the measuring worker is asked, and what it answers. */
import type { Measured } from '../measured';
import type { Variant } from '../variants';
import type { Layer } from './layers';
import type { Share } from './profile';

export type Job =
  | { readonly type: 'stage'; readonly variant: Variant; readonly threads: number; readonly runs: number }
  | { readonly type: 'profile'; readonly variant: Variant; readonly threads: number }
  | { readonly type: 'layers'; readonly threads: number; readonly parts?: readonly string[] | undefined };

/** By the type of the job. */
export interface Answer {
  readonly stage: Measured;
  readonly profile: readonly Share[];
  readonly layers: readonly Layer[];
}
