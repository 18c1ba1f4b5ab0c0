/**
 * Which training timesteps are visited: Lin et al. 2024 (arXiv 2305.08891), table 2, in numpy's arithmetic as in
 * `set_timesteps` of the schedulers of diffusers 0.42.1. Newest first, that is falling.
 */
import { roundHalfEven } from './round';

/** Timesteps 0, T / n, 2 T / n … (T / n rounded down), each raised by `stepsOffset`. */
export function leading(trainTimesteps: number, steps: number, stepsOffset: number): number[] {
  const ratio = Math.floor(trainTimesteps / steps);
  return Array.from({ length: steps }, (_, i) => (steps - 1 - i) * ratio + stepsOffset);
}

/** `numpy.linspace(0, T - 1, n)`, not rounded; a single step is at 0. */
export function linspace(trainTimesteps: number, steps: number): number[] {
  const last = trainTimesteps - 1;
  const step = last / (steps - 1);
  return Array.from({ length: steps }, (_, i) => (steps === 1 ? 0 : i === 0 ? last : (steps - 1 - i) * step));
}

/**
 * `round(numpy.arange(T, 0, -T / n)) - 1`. For 62 of the step counts up to 1,000 (61, 103, 121 …) the division rounds so
 * that numpy's arange has n + 1 entries and the last timestep is -1. Euler draws on regardless, in diffusers and here.
 */
export function trailing(trainTimesteps: number, steps: number): number[] {
  const step = trainTimesteps / steps;
  const delta = trainTimesteps - step - trainTimesteps;
  const length = Math.ceil(trainTimesteps / step);
  return Array.from({ length }, (_, i) => roundHalfEven(trainTimesteps + i * delta) - 1);
}
