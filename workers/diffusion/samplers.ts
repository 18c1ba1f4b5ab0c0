/** The samplers on offer, each with the schedule it runs on, by the names of `SchedulerName` in workers/api.ts. */
import type { Sampler } from './sampler';
import { ddim } from './samplers/ddim';
import { euler } from './samplers/euler';
import { pndm } from './samplers/pndm';
import { ddimSchedule, eulerSchedule, type MakeSchedule, pndmSchedule } from './schedule';

export interface SamplerEntry {
  readonly schedule: MakeSchedule;
  readonly sampler: Sampler;
}

export const samplers = {
  pndm: { schedule: pndmSchedule, sampler: pndm },
  ddim: { schedule: ddimSchedule, sampler: ddim },
  euler: { schedule: eulerSchedule, sampler: euler },
} as const satisfies Record<string, SamplerEntry>;
