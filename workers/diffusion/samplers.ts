/**
 * The samplers on offer, each with the schedule it runs on, by the names of `SchedulerName` in workers/api.ts. The page
 * fetches them when it first draws.
 */

import { lcmSchedule, tcdSchedule } from './consistencySchedule';
import type { Sampler } from './sampler';
import { ancestral } from './samplers/ancestral';
import { lcm, tcd } from './samplers/consistency';
import { ddim } from './samplers/ddim';
import { deis } from './samplers/deis';
import { dpm2 } from './samplers/dpm2';
import { dpmpp2m } from './samplers/dpmpp2m';
import { dpmpp2mSde, dpmpp3mSde } from './samplers/dpmppMultistepSde';
import { dpmppSde } from './samplers/dpmppSde';
import { euler } from './samplers/euler';
import { heun } from './samplers/heun';
import { lms } from './samplers/lms';
import { pndm } from './samplers/pndm';
import { unipc } from './samplers/unipc';
import { ddimSchedule, ddpmSchedule, type MakeSchedule, pndmSchedule } from './schedule';
import {
  deisSchedule,
  dpm2AncestralSchedule,
  dpm2Schedule,
  dpmppSchedule,
  dpmppSdeSchedule,
  eulerAncestralSchedule,
  eulerSchedule,
  heunSchedule,
  lmsSchedule,
} from './sigmaSchedule';

export interface SamplerEntry {
  readonly schedule: MakeSchedule;
  readonly sampler: Sampler;
}

export const samplers = {
  pndm: { schedule: pndmSchedule, sampler: pndm },
  ddim: { schedule: ddimSchedule, sampler: ddim },
  ddpm: { schedule: ddpmSchedule, sampler: ancestral },
  euler: { schedule: eulerSchedule, sampler: euler },
  euler_a: { schedule: eulerAncestralSchedule, sampler: ancestral },
  heun: { schedule: heunSchedule, sampler: heun },
  lms: { schedule: lmsSchedule, sampler: lms },
  dpm2: { schedule: dpm2Schedule, sampler: dpm2 },
  dpm2_a: { schedule: dpm2AncestralSchedule, sampler: dpm2 },
  dpmpp_2m: { schedule: dpmppSchedule, sampler: dpmpp2m },
  dpmpp_sde: { schedule: dpmppSdeSchedule, sampler: dpmppSde },
  dpmpp_2m_sde: { schedule: dpmppSchedule, sampler: dpmpp2mSde },
  dpmpp_3m_sde: { schedule: dpmppSchedule, sampler: dpmpp3mSde },
  unipc: { schedule: dpmppSchedule, sampler: unipc },
  deis: { schedule: deisSchedule, sampler: deis },
  lcm: { schedule: lcmSchedule, sampler: lcm },
  tcd: { schedule: tcdSchedule, sampler: tcd },
} as const satisfies Record<string, SamplerEntry>;
