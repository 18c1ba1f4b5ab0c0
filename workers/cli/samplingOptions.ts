/** How a picture is drawn out of noise: sampler, levels, timesteps, and whose random numbers. */
import { randomInt } from 'node:crypto';
import { badArgument, integerWord, numberWord } from '../../models/commandLine.node';
import type { RandomSource, SchedulerName, SigmaSpacing, TimestepSpacing } from '../api';
import { DEFAULTS, RANDOM_SOURCES, SCHEDULERS, SIGMAS, TIMESTEP_SPACINGS } from '../request';
import { given } from './given';

export const SAMPLING_USAGE = `\
  --scheduler NAME         ${SCHEDULERS.slice(0, 9).join(', ')},
                           ${SCHEDULERS.slice(9).join(', ')}
                           (default: ${DEFAULTS.scheduler}); dpmpp_2m_karras stands for dpmpp_2m with karras
  --sigmas SPACING         noise levels: ${SIGMAS.join(', ')}
                           (default: model: those of the model's own timesteps)
  --timestep-spacing NAME  ${TIMESTEP_SPACINGS.join(', ')}: how the model's own timesteps are spaced; models of one to eight
                           steps want trailing (default: what the model says)
  --timesteps T,T,…        these very timesteps, one for each step, falling, of ddpm, euler, heun, dpmpp_2m, dpmpp_2m_sde,
                           dpmpp_3m_sde, lcm and tcd
  --eta X                  fresh noise in each step, 0 to 1, of ddim and tcd (default: 0, and 0.3 of tcd)
  --rng NAME               whose random numbers, ${RANDOM_SOURCES.join(', ')}: diffusers' on the CPU, a CUDA
                           device's (as stable-diffusion-webui), ComfyUI's on the CPU (default: torch)
  --subseed N              variation seed (default: random where there is a strength)
  --subseed-strength X     how far the noise is turned towards that of the variation seed, 0 to 1 (default: 0)`;

const text = { type: 'string' } as const;
export const SAMPLING_OPTIONS = {
  scheduler: text,
  sigmas: text,
  'timestep-spacing': text,
  timesteps: text,
  eta: text,
  rng: text,
  subseed: text,
  'subseed-strength': text,
} as const;

/** `--scheduler dpmpp_2m --sigmas karras`, or in one word `dpmpp_2m_karras`. */
export function schedulerWord(name: string, spacing?: string) {
  const last = SIGMAS.find((each) => name.endsWith(`_${each}`));
  if (last && spacing !== undefined && spacing !== last)
    throw badArgument('--sigmas', `${last}, as in ${name}`, spacing);
  const scheduler = (last ? name.slice(0, -last.length - 1) : name) as SchedulerName;
  const sigmas = (last ?? spacing) as SigmaSpacing | undefined;
  return { scheduler, ...(sigmas ? { sigmas } : {}) };
}

export function timestepWords(values: Readonly<Partial<Record<'timestep-spacing' | 'timesteps', string>>>) {
  const { 'timestep-spacing': spacing, timesteps } = values;
  return {
    ...(spacing === undefined ? {} : { timestepSpacing: spacing as TimestepSpacing }),
    ...(timesteps === undefined
      ? {}
      : { timesteps: timesteps.split(',').map((word) => integerWord('--timesteps', word)!) }),
  };
}

/** What is given of the rest, and a variation seed where a strength is given without one. */
export function variation(
  values: Readonly<Partial<Record<'eta' | 'strength' | 'rng' | 'subseed' | 'subseed-strength' | 'only', string>>>,
) {
  const subseedStrength = numberWord('--subseed-strength', values['subseed-strength']);
  return given({
    eta: numberWord('--eta', values.eta),
    strength: numberWord('--strength', values.strength),
    rng: values.rng as RandomSource | undefined,
    subseedStrength,
    subseed: integerWord('--subseed', values.subseed) ?? (subseedStrength ? randomInt(2 ** 32) : undefined),
    only: integerWord('--only', values.only),
  });
}
