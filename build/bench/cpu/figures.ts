/** What `npm run bench -- cpu` compares: single networks of Stable Diffusion 1.5, and whole pictures made of them. */
import type { StageName } from '../../../models/stage';

/** One call of a network for a picture of that side. */
export interface Figure {
  readonly stage: StageName;
  readonly pixels: number;
}

export const nameOf = ({ stage, pixels }: Figure): string => `${stage}-${pixels}`;

export const UNET_256 = { stage: 'unet', pixels: 256 } as const;
export const UNET_512 = { stage: 'unet', pixels: 512 } as const;
export const DECODE_512 = { stage: 'vae_decoder', pixels: 512 } as const;
export const TEXT = { stage: 'text_encoder', pixels: 512 } as const;

/** Times of one engine by `nameOf`, milliseconds. */
export type Times = ReadonlyMap<string, number>;

const STEPS = 20;

/** Both prompts, two UNet passes a step, one decoding; nothing of loading. Put together of its parts, as whole pictures take hours. */
export function picture512(times: Times): number | undefined {
  const [text, unet, decode] = [TEXT, UNET_512, DECODE_512].map((figure) => times.get(nameOf(figure)));
  return text === undefined || unet === undefined || decode === undefined
    ? undefined
    : text + 2 * STEPS * unet + decode;
}

export interface Ratio {
  readonly name: string;
  readonly peer: string;
  /** Milliseconds; nothing where it was not measured. */
  of(times: Times): number | undefined;
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
  { name: 'image512_vs_sdcpp', peer: 'sdcpp', of: picture512 },
];
