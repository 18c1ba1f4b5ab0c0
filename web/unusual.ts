/** What few set of noise and of what is drawn larger, finer or faster, and is set, in the picture that is drawn next: all of it is shown, and can be left. */
import type { ImageRequest, SchedulerName } from '../workers/api';
import { hasSpacing } from './schedulers';
import { type Extra, type Sampling, type Settings, savingOf, toRequest } from './settings';

/** What each is made of, as settings have it: of noise and timesteps … */
const NOISE = {
  rng: ['rng'],
  variation: ['subseed', 'subseedStrength'],
  eta: ['eta'],
  timestepSpacing: ['timestepSpacing'],
  timesteps: ['timesteps'],
  only: ['only', 'numImages'],
} as const satisfies Record<string, readonly (keyof Sampling)[]>;

/** … and of what is drawn larger, finer or faster. */
const MORE = {
  hires: ['hiresScale', 'hiresSize', 'hiresUpscaler', 'hiresSteps', 'hiresStrength'],
  freeu: ['freeu'],
  saving: ['cacheInterval', 'cacheBranch', 'guidanceInterval'],
  tokenMerging: ['tokenMergingRatio'],
  guiding: ['mimicScale', 'mimicPercentile', 'perpendicularNegative'],
  guidanceRescale: ['guidanceRescale'],
} as const satisfies Record<string, readonly (keyof Extra)[]>;

const GROUPS = { noise: NOISE, more: MORE };
export type Group = keyof typeof GROUPS;
export type Unusual = keyof typeof NOISE | keyof typeof MORE;

/** The size changes nothing of it. */
const ANY_SIZE = { width: 64, height: 64 };

/** What of `group` the engine is asked for: what is set for another sampler waits, and is not among it. */
export function unusualIn(settings: Settings, group: Group): Unusual[] {
  const request = toRequest(settings, ANY_SIZE);
  const { rng = 'torch', subseedStrength = 0, eta, timesteps, only, scheduler, ...rest } = request;
  const { tokenMergingRatio = 0, guidanceRescale = 0 } = rest;
  const is: Readonly<Record<Unusual, boolean>> = {
    rng: rng !== 'torch',
    variation: subseedStrength !== 0,
    eta: eta !== undefined && eta !== usualEta(scheduler),
    timestepSpacing: request.timestepSpacing !== undefined && spacingCounts(request),
    timesteps: timesteps !== undefined,
    only: only !== undefined,
    hires: asksAny(request, MORE.hires),
    freeu: rest.freeu !== undefined,
    saving: savingOf(request) !== 'nothing',
    tokenMerging: tokenMergingRatio !== 0,
    guiding: asksAny(request, MORE.guiding),
    guidanceRescale: guidanceRescale !== 0,
  };
  return (Object.keys(GROUPS[group]) as Unusual[]).filter((one) => is[one]);
}

/** What the engine refuses is asked for, too, and has to be left. */
const asksAny = (request: ImageRequest, fields: readonly (keyof ImageRequest)[]): boolean =>
  fields.some((field) => request[field] !== undefined);

/** The change of `settings` that leaves `one`. */
export function withoutUnusual({ sampling, extra }: Settings, one: Unusual): Partial<Settings> {
  const fields: readonly string[] = { ...NOISE, ...MORE }[one];
  const rest = (all: object): object =>
    Object.fromEntries(Object.entries(all).filter(([field]) => !fields.includes(field)));
  const varied = one === 'variation' ? { keepSubseed: false } : {};
  return one in NOISE ? { sampling: rest(sampling), ...varied } : { extra: rest(extra) };
}

/** The engine's, where none is asked for: diffusers' of `DDIMScheduler.step` and `TCDScheduler.step` (0.42.1). */
export const usualEta = (scheduler: SchedulerName): number => (scheduler === 'tcd' ? 0.3 : 0);

/**
 * Whether it makes a difference how the model's own timesteps are spaced. diffusers' multistep classes space other noise levels
 * between all that the model was trained on, whatever its timesteps (`_convert_to_karras` and its kin, 0.42.1).
 */
export const spacingCounts = ({ scheduler, sigmas = 'model' }: Pick<ImageRequest, 'scheduler' | 'sigmas'>): boolean =>
  hasSpacing(scheduler) && (sigmas === 'model' || !/^(dpmpp_\dm|unipc|deis)/.test(scheduler));
