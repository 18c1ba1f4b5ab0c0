/**
 * Drawing from a picture: what the VAE's encoder says of it, and where the steps begin. The encoder is opened, run and closed
 * before anything else is opened.
 */
import { VAE_FACTOR } from '../models/graph/vae';
import type { ImageRequest, InitImage, MaskedContent, MaskImage } from './api';
import type { Stage } from './backend/backend';
import { fromRgb8 } from './diffusion/image';
import { begunFrom, type Known, keeping, type LatentMask, masked } from './diffusion/known';
import type { Latents } from './diffusion/latents';
import type { PictureNoise } from './diffusion/noise';
import { posteriorLatents } from './diffusion/posterior';
import type { Schedule } from './diffusion/sampler';
import { type Beginning, fromNoise } from './fromNoise';
import { maskedContentOf } from './inpaint/defaults';
import { seeing } from './seeing';
import { isEncoded, strengthOf } from './strength';
import type { Tensor } from './tensor';

/** From which byte on a mask says "anew". */
const ANEW = 128;

/** A picture in the encoder's words: `[1, 2C, H, W]`. */
export interface Encoded {
  /** Absent where nothing of the picture is to be begun from: of a model made for inpainting, at strength 1. */
  readonly moments?: Latents;
  /** In place of them: latents to begin from, `[1, C, H, W]` and scaled, from which nothing is drawn. */
  readonly latents?: Latents;
  readonly mask?: LatentMask;
  /** Of the picture without what is drawn anew; of models made for inpainting. */
  readonly maskedMoments?: Latents;
}

/** `inpaints`: the model's network wants the mask and the masked picture besides. */
export async function encodeImages(encoder: Stage, request: ImageRequest, inpaints: boolean): Promise<Encoded> {
  const { initImage, maskImage } = request;
  const run = async (image: Float32Array): Promise<Latents> => {
    const { width, height } = initImage!;
    const input: Tensor = { type: 'float32', shape: [1, 3, height, width], data: image };
    const { moments, latents } = await encoder.run({ image: input });
    return latents ? momentsOf(asLatents(latents)) : asLatents(moments!);
  };
  const image = fromRgb8(initImage!.pixels);
  const moments = isEncoded(request, inpaints) ? { moments: await run(image) } : {};
  if (!maskImage) return moments;
  const mask = latentMask(maskImage);
  return { ...moments, mask, ...(inpaints ? { maskedMoments: await run(without(image, maskImage)) } : {}) };
}

const asLatents = ({ shape, data }: Tensor): Latents => ({
  shape: shape as Latents['shape'],
  data: data as Float32Array,
});

/** Latents `[1, C, H, W]` as moments `[1, 2C, H, W]` of which nobody looks at the second half. */
function momentsOf({ shape: [batch, channels, height, width], data }: Latents): Latents {
  const moments = new Float32Array(2 * data.length);
  moments.set(data);
  return { shape: [batch, 2 * channels, height, width], data: moments };
}

/** The mask's pixel at the corner of each latent: torch's `interpolate`, nearest. */
function latentMask({ width, height, pixels }: MaskImage): LatentMask {
  const [rows, columns] = [height / VAE_FACTOR, width / VAE_FACTOR];
  return Uint8Array.from({ length: rows * columns }, (_, i) => {
    const at = VAE_FACTOR * (Math.floor(i / columns) * width + (i % columns));
    return pixels[at]! >= ANEW ? 1 : 0;
  });
}

/** Gray, which is 0, where `mask` says anew. */
const without = (image: Float32Array, { pixels }: InitImage): Float32Array =>
  image.map((value, i) => (pixels[i % pixels.length]! >= ANEW ? 0 : value));

/** What a picture is begun from. */
export interface Given {
  readonly encoded: Encoded;
  readonly request: ImageRequest;
  readonly scalingFactor: number;
  /** Whether latents are drawn around what the encoder says. */
  readonly drawn: boolean;
}

/** What is drawn of `noise` here comes before the noise of the steps, in diffusers' order. */
export function beginning(
  noise: PictureNoise,
  schedule: Schedule,
  { encoded, request, scalingFactor, drawn }: Given,
): Beginning {
  const pure = fromNoise(noise, schedule);
  const { mask, moments, maskedMoments } = encoded;
  const given = encoded.latents ?? (moments && posteriorLatents(moments, noise.encoded, scalingFactor));
  const init = given && mask ? withContent(given, mask, noise.first, maskedContentOf(request)) : given;
  const known: Known | undefined = init && { init, noise: noise.first };
  const begun = known && !(mask && strengthOf(request) === 1) ? { ...pure, x: begunFrom(known, schedule) } : pure;
  if (!mask) return begun;
  // diffusers encodes the masked picture for every model; ComfyUI takes the mean of it.
  const again = request.rng === 'comfy' || !drawn ? undefined : noise.next();
  if (maskedMoments) {
    const beside = besideOf(mask, posteriorLatents(maskedMoments, again, scalingFactor));
    return { ...begun, see: (unet) => seeing(unet, beside) };
  }
  if (!known) return begun;
  return { ...begun, arrived: keeping(known, mask), finish: (latents) => masked(mask, latents, known.init) };
}

/** Latents that stand where the picture is drawn anew: noise, or nothing; pixels there were filled before. */
function withContent(init: Latents, mask: LatentMask, noise: Latents, content: MaskedContent): Latents {
  if (content === 'latent_noise') return masked(mask, noise, init);
  if (content === 'latent_nothing') return masked(mask, { ...init, data: new Float32Array(init.data.length) }, init);
  return init;
}

/** Channels that such a network sees behind the latents: mask and masked picture, `[1, 1 + C, H, W]`. */
function besideOf(mask: LatentMask, { shape: [batch, channels, height, width], data }: Latents): Latents {
  const all = new Float32Array(mask.length + data.length);
  all.set(mask);
  all.set(data, mask.length);
  return { shape: [batch, 1 + channels, height, width], data: all };
}
