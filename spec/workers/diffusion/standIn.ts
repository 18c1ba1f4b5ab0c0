/** The stand-in for the network in recipes/samplers.py: bounded, not linear, different for each element and timestep. */
import type { Predict } from '../../../workers/diffusion/denoiser';

export const standIn: Predict = async ({ shape, data }, timestep) => ({
  shape,
  data: data.map((x, i) => {
    const phase = Math.sin(i + timestep / 100);
    return 0.9 * Math.tanh(1.3 * x + 0.5 * phase) + 0.2 * phase;
  }),
});
