/** What of noise and timesteps is otherwise than usual in the picture that is drawn next: all of that is shown, and can be left. */
import type { ImageRequest, SchedulerName } from '../workers/api';
import { hasSpacing } from './schedulers';
import { type Sampling, type Settings, toRequest } from './settings';

export type Unusual = keyof typeof FIELDS;

/** What each is made of. */
const FIELDS = {
  rng: ['rng'],
  variation: ['subseed', 'subseedStrength'],
  eta: ['eta'],
  timestepSpacing: ['timestepSpacing'],
  timesteps: ['timesteps'],
  only: ['only', 'numImages'],
} as const satisfies Record<string, readonly (keyof Sampling)[]>;

/** The size changes nothing of it. */
const ANY_SIZE = { width: 64, height: 64 };

/** What of it the engine is asked for: what is set for another sampler waits, and is not listed. */
export function unusualIn(settings: Settings): Unusual[] {
  const request = toRequest(settings, ANY_SIZE);
  const { rng = 'torch', subseedStrength = 0, eta, timesteps, only, scheduler } = request;
  const is: Readonly<Record<Unusual, boolean>> = {
    rng: rng !== 'torch',
    variation: subseedStrength > 0,
    eta: eta !== undefined && eta !== usualEta(scheduler),
    timestepSpacing: request.timestepSpacing !== undefined && spacingCounts(request),
    timesteps: timesteps !== undefined,
    only: only !== undefined,
  };
  return (Object.keys(FIELDS) as Unusual[]).filter((one) => is[one]);
}

/** `sampling` with `one` as usual. */
export const withoutUnusual = (sampling: Sampling, one: Unusual): Sampling =>
  Object.fromEntries(Object.entries(sampling).filter(([field]) => !(FIELDS[one] as readonly string[]).includes(field)));

/** The engine's, where none is asked for: diffusers' of `DDIMScheduler.step` and `TCDScheduler.step` (0.42.1). */
export const usualEta = (scheduler: SchedulerName): number => (scheduler === 'tcd' ? 0.3 : 0);

/**
 * Whether it makes a difference how the model's own timesteps are spaced. diffusers' multistep classes space other noise levels
 * between all that the model was trained on, whatever its timesteps (`_convert_to_karras` and its kin, 0.42.1).
 */
export const spacingCounts = ({ scheduler, sigmas = 'model' }: Pick<ImageRequest, 'scheduler' | 'sigmas'>): boolean =>
  hasSpacing(scheduler) && (sigmas === 'model' || !/^(dpmpp_\dm|unipc|deis)/.test(scheduler));
