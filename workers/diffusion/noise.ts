/**
 * Where the noise of a picture comes from, by the names of `RandomSource` in workers/api.ts.
 * `torch`: one CPU generator for each picture, as diffusers is handed one. `philox`: the numbers of a CUDA device, as
 * stable-diffusion-webui's `ImageRNG` draws them. Both draw the first noise, then that of the steps, from one stream, whose
 * seed is the picture's alone. `comfy`: as ComfyUI does on the CPU: the first noise of a whole batch at once from the
 * batch's seed (`prepare_noise`), that of the steps, again for the whole batch, from a generator of the seed + 1
 * (`default_noise_sampler`).
 */
import { BrownianTree } from './brownianTree';
import type { Latents } from './latents';
import { PhiloxGenerator } from './philox';
import { TorchGenerator } from './random';
import type { Schedule } from './sampler';
import { slerp } from './slerp';

export type RandomSource = 'torch' | 'philox' | 'comfy';

/** Which picture's noise. */
export interface NoiseRequest {
  readonly source: RandomSource;
  readonly seed: number;
  /** Another seed's noise to be mixed into the first noise, and how much of it, in [0, 1]. */
  readonly variation?: { readonly seed: number; readonly strength: number };
  /** Which of how many pictures of a batch; of `comfy` alone it changes anything. */
  readonly batch: { readonly index: number; readonly of: number };
  readonly shape: Latents['shape'];
  /** The drawing begins from a picture, whose latents are drawn around what its encoder says of them, before all else. */
  readonly encoded?: boolean;
}

export interface PictureNoise {
  readonly first: Latents;
  /** Of what is `encoded`; ComfyUI takes the mean, and has none. */
  readonly encoded?: Latents;
  /** Unit normals for a step; see `Ask`. */
  next(path?: readonly [from: number, to: number]): Latents;
}

/** The levels of `schedule`, of its whole, bound the Brownian path. */
export function pictureNoise(
  request: NoiseRequest,
  { points, skipped = [] }: Pick<Schedule, 'points' | 'skipped'>,
): PictureNoise {
  const { source, seed, variation, batch, shape } = request;
  const size = shape.reduce((a, b) => a * b);
  // ComfyUI's batch is one tensor: every draw is of all of its pictures, of which this is one.
  const [parts, part] = source === 'comfy' ? [batch.of, batch.index] : [1, 0];
  const own = (all: Float32Array): Latents => ({ shape, data: all.slice(part * size, (part + 1) * size) });
  const Generator = source === 'philox' ? PhiloxGenerator : TorchGenerator;

  const generator = new Generator(seed);
  const encoded = request.encoded && source !== 'comfy' ? own(generator.randn(size)) : undefined;
  const plain = own(generator.randn(parts * size));
  const first = variation
    ? slerp(variation.strength, plain, own(new Generator(variation.seed).randn(parts * size)))
    : plain;
  const steps = source === 'comfy' ? new Generator(seed + 1) : generator;
  let tree: BrownianTree | undefined;
  return {
    first,
    ...(encoded ? { encoded } : {}),
    next(path) {
      if (!path) return own(steps.randn(parts * size));
      const sigmas = [...skipped, ...points].map(({ sigma }) => sigma);
      tree ??= new BrownianTree(seed, Math.min(...sigmas), Math.max(...sigmas), parts * size);
      return own(tree.normals(...path));
    },
  };
}
