/** How latents stand to those that the UNet knows: of the model's VAE, or of what stands in its place. */
import type { ModelDescription } from '../models/sd15';

type Half = 'vae_decoder' | 'vae_encoder';

/** What the UNet's latents are of those that the decoder takes, or of what the encoder says, times. */
export const scalingOf = ({ vae, standIn }: ModelDescription, half: Half): number =>
  (standIn?.networks[half] ? standIn : vae).scalingFactor;

/** Whether a picture's latents are drawn around what its encoder says; a tiny one says what they are, as diffusers has it. */
export const latentsAreDrawn = ({ standIn }: ModelDescription): boolean => !standIn?.networks.vae_encoder;
