/** What a network in four bits was to take, and what it takes: a budget cannot always be had, and then this says so. */
import type { StageName } from '../stage';
import type { Bits } from './integerWeights';
import type { StageBytes } from './quantizedBytes';

/** Bytes of one network's weights. */
export interface SizeBudget {
  readonly stage: StageName;
  readonly fp32: number;
  readonly asked: number;
  readonly got: number;
  /** With four bits wherever the form has them. */
  readonly least: number;
}

/** What `chosen` makes of `share` of the network's bytes in float32. Its keys are all the weights that four bits were tried for. */
export function sizeBudget(bytes: StageBytes, chosen: ReadonlyMap<string, Bits>, share: number): SizeBudget {
  const { stage, fp32 } = bytes;
  return {
    stage,
    fp32,
    asked: Math.floor(share * fp32),
    got: bytes.in((key) => chosen.get(key) ?? 8),
    least: bytes.in((key) => (chosen.has(key) ? 4 : 8)),
  };
}

export const isMissed = ({ asked, got }: SizeBudget): boolean => got > asked;

/** In words, in percent of float32's bytes. */
export function budgetWords({ stage, fp32, asked, got, least }: SizeBudget): string {
  const [had, wanted, floor] = [got, asked, least].map((bytes) => ((100 * bytes) / fp32).toFixed(2));
  const missed = got > asked ? `, not the ${wanted} % asked for: this form has no less than ${floor} %` : '';
  return `${stage}: ${had} % of float32's bytes${missed}`;
}
