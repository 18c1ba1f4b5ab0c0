/** What `npm run bench -- cpu` compares: single networks of Stable Diffusion 1.5, and whole pictures made of them. */
import type { DeepFeatures, StageName } from '../../../models/stage';
import { FIRST_TIMESTEP } from '../../../workers/backend/int8/assemble';
import { leading } from '../../../workers/diffusion/timesteps';
import { fast } from '../../../workers/fast';
import { shownIn } from '../../../workers/guidance';
import { DEFAULTS } from '../../../workers/request';

/** One call of a network for a picture of that side. */
export interface Figure {
  readonly stage: StageName;
  readonly pixels: number;
  /** Of the UNet: what is left of it where deep features are kept. */
  readonly deep?: DeepFeatures;
  /** Of the UNet: in a picture's first steps, which our kernels compute with more care. */
  readonly first?: boolean;
}

export const nameOf = ({ stage, pixels, deep, first }: Figure): string =>
  `${stage}-${pixels}${deep ? '-shallow' : ''}${first ? '-first' : ''}`;

export const UNET_256 = { stage: 'unet', pixels: 256 } as const;
export const UNET_512 = { stage: 'unet', pixels: 512 } as const;
export const SHALLOW_512 = { ...UNET_512, deep: { branch: 0, from: 'given' } } as const;
export const FIRST_512 = { ...UNET_512, first: true } as const;
export const SHALLOW_FIRST_512 = { ...SHALLOW_512, first: true } as const;
export const DECODE_512 = { stage: 'vae_decoder', pixels: 512 } as const;
export const TEXT = { stage: 'text_encoder', pixels: 512 } as const;

/** Times of one engine by `nameOf`, milliseconds. */
export type Times = ReadonlyMap<string, number>;

const STEPS = 20;

/**
 * Both prompts, which a peer's `TEXT` is of, two UNet passes a step, one decoding; nothing of loading. Put together of its parts, as whole
 * pictures take hours.
 */
export function picture512(times: Times): number | undefined {
  const [text, unet, decode] = [TEXT, UNET_512, DECODE_512].map((figure) => times.get(nameOf(figure)));
  return text === undefined || unet === undefined || decode === undefined
    ? undefined
    : text + 2 * STEPS * unet + decode;
}

/** The same as our kernels draw it, whose `TEXT` is of one prompt, by the timesteps of DDIM, whose calls are as many as the peer's. */
export const own512 = (times: Times): number | undefined => drawn512(times, {});

/** The same as `--fast` draws it, without a tiny VAE: deep features kept, guidance in a part of the steps. */
export const fast512 = (times: Times): number | undefined => drawn512(times, fast({ steps: STEPS }));

function drawn512(times: Times, { cacheInterval = 1, ...guided }: ReturnType<typeof fast>): number | undefined {
  // What was not measured makes the sum none, if it is in it.
  const time = (figure: Figure): number => times.get(nameOf(figure)) ?? Number.NaN;
  let sum = 2 * time(TEXT) + time(DECODE_512);
  for (const [step, timestep] of leading(1000, STEPS, 1).entries()) {
    const shown = { ...guided, steps: STEPS, guidanceScale: DEFAULTS.guidanceScale };
    const passes = shownIn(shown, BOTH, step).negativePrompt ? 2 : 1;
    const pass = step % cacheInterval === 0 ? UNET_512 : SHALLOW_512;
    sum += passes * time({ ...pass, first: timestep >= FIRST_TIMESTEP });
  }
  return Number.isNaN(sum) ? undefined : sum;
}

const STATES = { type: 'float32', shape: [0], data: new Float32Array() } as const;
const BOTH = { prompt: STATES, negativePrompt: STATES };

export interface Ratio {
  readonly name: string;
  readonly peer: string;
  /** Milliseconds; nothing where it was not measured. */
  of(times: Times): number | undefined;
  /** Ours, where we draw in another way than the peer. */
  own?(times: Times): number | undefined;
}

const single = (name: string, figure: Figure, peer: string): Ratio => ({
  name,
  peer,
  of: (times) => times.get(nameOf(figure)),
});

/** Ours to theirs: below 1 is faster. */
export const RATIOS: readonly Ratio[] = [
  single('unet256_vs_ortweb', UNET_256, 'ortweb'),
  single('unet256_vs_litert', UNET_256, 'litert'),
  single('unet256_vs_sdcpp', UNET_256, 'sdcpp'),
  single('unet512_vs_sdcpp', UNET_512, 'sdcpp'),
  single('unet256_vs_torch_bf16', UNET_256, 'torch_bf16'),
  single('unet512_vs_torch_bf16', UNET_512, 'torch_bf16'),
  single('unet256_vs_openvino', UNET_256, 'openvino'),
  single('unet512_vs_openvino', UNET_512, 'openvino'),
  single('vae512_vs_ortweb', DECODE_512, 'ortweb_f32'),
  single('vae512_vs_sdcpp', DECODE_512, 'sdcpp'),
  { name: 'image512_vs_sdcpp', peer: 'sdcpp', of: picture512, own: own512 },
  { name: 'fast512_vs_sdcpp', peer: 'sdcpp', of: picture512, own: fast512 },
];
