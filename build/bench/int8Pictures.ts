/**
 * `npm run bench -- int8-pictures [--prompts N] [--quantized DIR] [--backend wasm-int8 [--levels 255]]`: what the demo model draws with
 * weights in int8 against what it draws with its own numbers, and what share of the UNet is in int8. The prompts are those that
 * strangers were asked to name pictures of (models/demo/eyes/key.json), held out of the model's training; 20 steps, guidance 7.5.
 * Weights are rounded to nearest, as when a model is opened, or those that `npm run quantize -- demo` has written to DIR. `--levels 255`:
 * our own kernels with activations of eight bits, as on machines that multiply bytes.
 */
import { parseArgs } from 'node:util';
import { openDiffusersFolder } from '../../models/checkpoint';
import { diskFolder } from '../../models/folder.node';
import type { Manifest } from '../../models/manifest';
import { fromCaller } from '../../models/openDisk.node';
import { planModel } from '../../models/planModel';
import { psnr } from '../../models/quantize/quality/psnr';
import type { Picture } from '../../workers/api';
import type { Backend } from '../../workers/backend/backend';
import { nodeInt8Backend } from '../../workers/backend/int8/int8.node';
import { wordsOf } from '../../workers/backend/int8/numbers';
import { nodeWasmBackend } from '../../workers/backend/ort.node';
import type { Model } from '../../workers/model';
import { checkpointModel } from '../../workers/model.checkpoint';
import { textToImage } from '../../workers/pipeline';
import { DEFAULTS } from '../../workers/request';
import { int8Model } from './int8Model';
import { strangersPrompts } from './strangersPrompts';

const MODEL = 'models/demo/model';

export interface Compared {
  readonly prompt: string;
  /** Peak signal-to-noise ratio of the int8 picture, decibels. */
  readonly decibels: number;
}

export interface Int8Way {
  /** By default ONNX Runtime's. */
  readonly computing?: Backend | undefined;
  /** What `npm run quantize` has written; by default weights are rounded to nearest. */
  readonly quantized?: string | undefined;
}

/** The first `count` prompts, drawn both ways; `root` is the repository's. */
export async function* int8Pictures(count: number, root = '.', way: Int8Way = {}): AsyncGenerator<Compared> {
  const checkpoint = await openDiffusersFolder(await diskFolder(`${root}/${MODEL}`));
  const backend = nodeWasmBackend();
  const { computing = backend, quantized } = way;
  const exact = checkpointModel(checkpoint);
  const int8 = await int8Model(checkpoint, quantized, computing);
  for (const { prompt, seed } of await strangersPrompts(count, root)) {
    const reference = await drawn(exact, backend, prompt, seed);
    yield { prompt, decibels: psnr((await drawn(int8, computing, prompt, seed)).pixels, reference.pixels) };
  }
}

async function drawn(model: Model, backend: Backend, prompt: string, seed: number): Promise<Picture> {
  const request = { ...DEFAULTS, prompt, seed, width: 256, height: 256 };
  for await (const event of textToImage(request, { model, backend }, new AbortController().signal)) {
    if (event.type === 'failed') throw new Error(`${event.code}: ${event.message}`);
    if (event.type === 'image') return event.picture;
  }
  throw new Error(`no picture of ${prompt}`);
}

/** Bytes of the UNet that are int8 weights and their scales, of all its bytes. */
export function int8Share({ stages }: { readonly stages: Pick<Manifest['stages'], 'unet'> }): number {
  const { tensors } = stages.unet;
  const sum = (some: typeof tensors): number => some.reduce((bytes, tensor) => bytes + tensor.bytes, 0);
  return sum(tensors.filter(({ name, dtype }) => dtype === 'I8' || name.endsWith('/scales'))) / sum(tensors);
}

export const meanDecibels = (compared: readonly Compared[]): number =>
  compared.reduce((sum, { decibels }) => sum + decibels, 0) / compared.length;

export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      prompts: { type: 'string', default: '32' },
      quantized: { type: 'string' },
      backend: { type: 'string' },
      levels: { type: 'string' },
    },
  });
  const compared: Compared[] = [];
  const numbers =
    values.levels === undefined ? {} : ({ form: 'words', numbers: wordsOf(Number(values.levels)) } as const);
  const computing = values.backend === 'wasm-int8' ? await nodeInt8Backend(numbers) : undefined;
  const quantized = values.quantized === undefined ? undefined : fromCaller(values.quantized);
  for await (const one of int8Pictures(Number(values.prompts), '.', { computing, quantized })) {
    compared.push(one);
    console.log(`${one.decibels.toFixed(1).padStart(6)} dB  ${one.prompt}`);
  }
  const checkpoint = await openDiffusersFolder(await diskFolder(MODEL));
  const share = int8Share(planModel(checkpoint, 'int8'));
  const least = Math.min(...compared.map(({ decibels }) => decibels));
  console.log(
    `${meanDecibels(compared).toFixed(1)} dB mean, ${least.toFixed(1)} least; ${(100 * share).toFixed(1)} % of the UNet in int8`,
  );
  return 0;
}
