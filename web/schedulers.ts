/** Samplers and spacings of noise levels by the names that stable-diffusion-webui has for them, those that it has. */
import type { SchedulerName, SigmaSpacing } from '../workers/api';

/** As they stand in the list: `steady` draws the same however often, `fresh` adds noise, `few` is for distilled models. */
export const SCHEDULERS = {
  steady: {
    pndm: 'PNDM',
    ddim: 'DDIM',
    euler: 'Euler',
    heun: 'Heun',
    lms: 'LMS',
    dpm2: 'DPM2',
    dpmpp_2m: 'DPM++ 2M',
    unipc: 'UniPC',
    deis: 'DEIS',
  },
  fresh: {
    ddpm: 'DDPM',
    euler_a: 'Euler a',
    dpm2_a: 'DPM2 a',
    dpmpp_sde: 'DPM++ SDE',
    dpmpp_2m_sde: 'DPM++ 2M SDE',
    dpmpp_3m_sde: 'DPM++ 3M SDE',
  },
  few: { lcm: 'LCM', tcd: 'TCD' },
} as const;

export const SCHEDULER_LABELS: Readonly<Record<SchedulerName, string>> = {
  ...SCHEDULERS.steady,
  ...SCHEDULERS.fresh,
  ...SCHEDULERS.few,
};

/** `model` is the page's to word. */
export const SIGMAS: Readonly<Record<SigmaSpacing, string>> = {
  model: '',
  karras: 'Karras',
  exponential: 'Exponential',
  sgm_uniform: 'SGM Uniform',
  align_your_steps: 'Align Your Steps',
};

/** Those that step from timestep to timestep have no other levels. */
export const hasSigmas = (scheduler: SchedulerName): boolean => !/^(pn|dd|lc|tc)/.test(scheduler);

/** Of those that step over noise levels diffusers' classes for these, too, take timesteps (workers/request.ts). */
export const hasTimesteps = (scheduler: SchedulerName): boolean =>
  /^(ddpm|euler|heun|dpmpp_.m.*|lcm|tcd)$/.test(scheduler);

const isForFew = (scheduler: SchedulerName): boolean => scheduler in SCHEDULERS.few;

/** These have timesteps of their own. */
export const hasSpacing = (scheduler: SchedulerName): boolean => !isForFew(scheduler);

/** A sampler for four to eight steps and hardly any guidance, set to more. */
export const wantsFewSteps = ({
  scheduler,
  steps,
  guidanceScale,
}: {
  scheduler: SchedulerName;
  steps: number;
  guidanceScale: number;
}): boolean => isForFew(scheduler) && (steps > 8 || guidanceScale > 2);

export const hasEta = (scheduler: SchedulerName): boolean => scheduler === 'ddim' || scheduler === 'tcd';
