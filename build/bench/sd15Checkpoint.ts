/**
 * A full-size Stable Diffusion 1.5 checkpoint with random weights: one file in LDM's naming, F16, 2.1 GB, as a user would
 * have one. The same seed writes the same bytes. Linear and convolution weights are normal with variance 1 / fan-in, so
 * that activations neither fade nor overflow; norms are 1 and 0, biases 0.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { type Parameter, parametersOf } from '../../models/graph/parameters';
import { f32ToF16 } from '../../models/half';
import { encodeHeader } from '../../models/safetensorsWriter';
import { ldmUNetNames, ldmVaeName } from '../../models/singleFile/ldmNames';
import type { StageName } from '../../models/stage';
import { SD15 } from './sd15Description';

/** Normals drawn once; each tensor takes its own stretches of them. A prime, so that rows do not line up. */
const POOL = 1_048_573;
const CHUNK_VALUES = 1 << 22;

interface Entry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly count: number;
  /** Standard deviation, or the one value that the tensor is full of. */
  readonly fill: { readonly deviation: number } | { readonly value: number };
}

/** Writes the checkpoint to `path` and returns its length in bytes. */
export async function writeSd15Checkpoint(path: string, seed: number): Promise<number> {
  const entries = sd15Entries();
  const header = encodedHeader(entries);
  const random = lowbias32(seed);
  const pool = normals(random);
  const file = await open(path, 'w');
  try {
    await file.writeFile(header);
    for (const entry of entries) await writeTensor(file, entry, pool, random);
  } finally {
    await file.close();
  }
  return header.length + entries.reduce((sum, { count }) => sum + 2 * count, 0);
}

/** Every tensor in the order of the file. */
export function sd15Entries(): Entry[] {
  const stages: readonly StageName[] = ['unet', 'vae_encoder', 'vae_decoder', 'text_encoder'];
  return stages.flatMap((stage) =>
    parametersOf(SD15, stage).map((parameter) => {
      const { name, shape } = spelled(stage, parameter);
      const count = parameter.shape.reduce((product, size) => product * size, 1);
      return { name, shape, count, fill: fillOf(parameter) };
    }),
  );
}

/** The tensor as LDM has it. */
function spelled(stage: StageName, { name, shape }: Parameter): Parameter {
  if (stage === 'text_encoder') return { name: `cond_stage_model.transformer.${name}`, shape };
  if (stage === 'unet') return { name: `model.diffusion_model.${ldmUNetName(name)}`, shape };
  const isAttention = name.includes('.mid_block.attentions.') && shape.length === 2;
  return {
    name: `first_stage_model.${ldmVaeName(name, SD15.vae.blockOutChannels.length)}`,
    shape: isAttention ? [...shape, 1, 1] : shape,
  };
}

/** Of an upsampler's two possible names: `.2` after a transformer, `.1` in the coarsest block, which has none. */
function ldmUNetName(name: string): string {
  const names = ldmUNetNames(name, SD15.unet.layersPerBlock);
  return name.startsWith('up_blocks.0.upsamplers') ? names.at(-1)! : names[0]!;
}

function fillOf({ name, shape }: Parameter): Entry['fill'] {
  if (name.endsWith('.bias')) return { value: 0 };
  if (shape.length === 1) return { value: 1 };
  if (name.includes('.embeddings.')) return { deviation: 0.02 };
  const fanIn = shape.slice(1).reduce((product, size) => product * size, 1);
  return { deviation: 1 / Math.sqrt(fanIn) };
}

function encodedHeader(entries: readonly Entry[]): Uint8Array {
  let offset = 0;
  const described = entries.map(({ name, shape, count }) => {
    const begin = offset;
    offset += 2 * count;
    return [name, { dtype: 'F16', shape, data_offsets: [begin, offset] }] as const;
  });
  return encodeHeader(described);
}

async function writeTensor(file: FileHandle, { count, fill }: Entry, pool: Float32Array, random: () => number) {
  const deviation = 'deviation' in fill ? fill.deviation : 0;
  const block = 'value' in fill ? undefined : f32ToF16(pool.map((value) => value * deviation));
  for (let done = 0; done < count; ) {
    const halves = new Uint16Array(Math.min(CHUNK_VALUES, count - done));
    if ('value' in fill) halves.fill(fill.value === 1 ? 0x3c00 : 0);
    else for (let at = 0; at < halves.length; ) at = copyStretch(halves, at, block!, random);
    await file.writeFile(new Uint8Array(halves.buffer));
    done += halves.length;
  }
}

/** Copies from a random place of `block` to its end, half of the time with the sign turned. Returns where it got to. */
function copyStretch(halves: Uint16Array, at: number, block: Uint16Array, random: () => number): number {
  const from = random() % (block.length - 65_536);
  const length = Math.min(block.length - from, halves.length - at);
  const stretch = block.subarray(from, from + length);
  if (random() & 1) halves.set(stretch, at);
  else for (let i = 0; i < length; i++) halves[at + i] = stretch[i]! ^ 0x8000;
  return at + length;
}

/** `POOL` standard normals (Box and Muller 1958). */
function normals(random: () => number): Float32Array {
  const uniform = (): number => (random() + 0.5) / 4_294_967_296;
  return Float32Array.from(
    { length: POOL },
    () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

/** 32-bit integers out of a hash (lowbias32, Wellons, "Hash function prospector") of a Weyl sequence. */
function lowbias32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let x = state;
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
    return (x ^ (x >>> 16)) >>> 0;
  };
}
