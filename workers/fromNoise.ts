/** Where the steps of a picture begin and end, and what is between them and the network: nothing, of a picture out of noise. */
import type { Stage } from './backend/backend';
import type { Latents } from './diffusion/latents';
import type { PictureNoise } from './diffusion/noise';
import type { Schedule } from './diffusion/sampler';
import { type Answers, initialX } from './diffusion/sampling';

export interface Beginning {
  readonly x: Latents;
  /** Puts back what is to stay, for networks that know nothing of masks. */
  readonly arrived?: NonNullable<Answers['arrived']>;
  /** The network, to be asked with the latents alone. */
  see(unet: Stage): Stage;
  /** The end of it: latents as the VAE knows them. */
  finish(latents: Latents): Latents;
}

export const fromNoise = (noise: PictureNoise, schedule: Schedule): Beginning => ({
  x: initialX(noise.first, schedule),
  see: (unet) => unet,
  finish: (latents) => latents,
});
