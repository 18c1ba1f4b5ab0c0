/**
 * A textual inversion embedding: vectors in the place of a word's (Gal et al. 2022, arXiv 2208.01618), as kohya's and
 * stable-diffusion-webui's tools write them (`emb_params`) and diffusers 0.42.1 (one tensor, named after its word).
 */
import { isWeightDtype } from './dtype';
import { toF32 } from './floats';
import { openTensors } from './openTensors';
import { badModel, someTensors, unsupportedModel } from './refuse';
import type { ByteSource } from './source';

export interface TextualInversion {
  /** Its word, where the file says one. */
  readonly word?: string;
  /** Rows that take the place of rows of the token table, each of the text encoder's width. */
  readonly vectors: readonly Float32Array[];
}

/** What stands in the place of a word where the file was not written by diffusers. */
const PARAMETERS = 'emb_params';
/** SDXL has two text encoders, and an embedding vectors for both. */
const OF_SDXL = ['clip_l', 'clip_g'];
/** SD 2.x, and SDXL's second text encoder. */
const STRANGERS: Readonly<Record<number, string>> = { 1024: ', of Stable Diffusion 2', 1280: ', of SDXL' };

const EXPECTED = (width: number): string => `an embedding of Stable Diffusion 1.x, vectors of ${width} numbers`;

/**
 * Opens and reads it. `bad-model` for a pickle, what is cut short, not finite or no embedding; `unsupported-model` for one
 * of another `width` than the text encoder's, or with more than `most` vectors, which no prompt has room for.
 */
export async function openTextualInversion(
  source: ByteSource,
  { width, most }: { readonly width: number; readonly most: number },
): Promise<TextualInversion> {
  const tensors = await openTensors(source);
  const names = tensors.names();
  if (OF_SDXL.some((name) => names.includes(name))) {
    throw unsupportedModel(source.name, EXPECTED(width), `one of SDXL, with ${names.join(' and ')}`);
  }
  const [name, ...others] = names;
  if (name === undefined || others.length > 0) throw badModel(source.name, EXPECTED(width), someTensors(names));
  const { dtype, shape } = tensors.info(name)!;
  const argument = `${source.name}: ${name}`;
  if (!isWeightDtype(dtype)) throw badModel(`${argument}: dtype`, 'a float', dtype);
  const [count, columns] = shape.length === 1 ? [1, shape[0]!] : [shape[0] ?? 0, shape[1] ?? 0];
  if (shape.length > 2 || count === 0 || columns === 0) throw badModel(argument, EXPECTED(width), `[${shape}]`);
  if (columns !== width) throw unsupportedModel(argument, EXPECTED(width), `${columns}${STRANGERS[columns] ?? ''}`);
  if (count > most) throw unsupportedModel(argument, `at most ${most} vectors`, `${count}`);
  const numbers = toF32(dtype, await tensors.read(name));
  if (!numbers.every(Number.isFinite)) throw badModel(argument, 'finite numbers', 'infinity or NaN');
  const vectors = Array.from({ length: count }, (_, i) => numbers.subarray(i * width, (i + 1) * width));
  return name === PARAMETERS ? { vectors } : { word: name, vectors };
}
