/**
 * `npm run bench -- int8-care [--prompts N] [--size PIXELS] [--quantized DIR]`: which products of the demo model's UNet want more than
 * bytes of activations in most steps. What they and all others together do to the noise that it finds, as signal to noise against the model's own
 * numbers in decibels: with bytes everywhere, with one kind of products quantized with care, as we do it, and with care everywhere.
 * Beside it what share of the multiplications that kind has. Inputs are of calls along real trajectories; weights are rounded to nearest,
 * or those that `npm run quantize -- demo` has written to DIR.
 */
import { parseArgs } from 'node:util';
import { HELD_OUT_PROMPTS } from '../../models/calibration/calibrationPrompts';
import type { Convolution } from '../../models/graph/layers';
import { describe } from '../../models/graph/network';
import { traced } from '../../models/graph/trace';
import { fromCaller, modelPath, openDisk } from '../../models/openDisk.node';
import { addEnergies, energies, NO_ENERGIES, sqnr } from '../../models/quantize/quality/sqnr';
import type { StageNetwork, StageSize } from '../../models/stage';
import { networkOf } from '../../workers/backend/int8/assemble';
import { nodeInt8Backend, nodeThreads } from '../../workers/backend/int8/int8.node';
import { openInt8Stage } from '../../workers/backend/int8/int8Stage';
import { wordsOf } from '../../workers/backend/int8/numbers';
import { nodeWasmBackend } from '../../workers/backend/ort.node';
import type { Model } from '../../workers/model';
import { checkpointModel } from '../../workers/model.checkpoint';
import { recordedCalls } from '../../workers/quantize/trajectories';
import type { Tensors } from '../../workers/tensor';
import { int8Model } from './int8Model';

const never = new AbortController().signal;

/** By the names of products, or of the norms before them, under which their rows are quantized. */
const KINDS: readonly (readonly [what: string, scopes: RegExp])[] = [
  ['what resnets take in', /\.conv_shortcut$/],
  ['convolutions in resnets', /\.(conv|norm)[12]$/],
  ['other convolutions', /samplers/],
  ['into the outer transformers', /^(down_blocks\.0|up_blocks\.3)\..*\.proj_in$/],
  ['out of them', /^(down_blocks\.0|up_blocks\.3)\..*\.proj_out$/],
  ['into and out of the others', /^(?!down_blocks\.0|up_blocks\.3).*\.proj_(in|out)$/],
  ['attention', /\.attn[12](\.|$)/],
  ['feed forward', /\.ff\./],
];

export async function int8Care(args: readonly string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ args: [...args], options: { prompts: text, size: text, quantized: text } });
  const { prompts = '4', size = '256', quantized } = values;
  const side = Number(size) / 8;
  const checkpoint = await openDisk(modelPath('demo'), {});
  const exact = checkpointModel(checkpoint);
  const calls = await recordedCalls(
    async () => ({ model: exact, backend: nodeWasmBackend() }),
    {
      prompts: HELD_OUT_PROMPTS.filter(({ domain }) => domain === 'demo').slice(0, Number(prompts)),
      ...{ steps: 20, width: Number(size), height: Number(size), samples: 3 * Number(prompts) },
    },
    never,
  );
  const folder = quantized === undefined ? undefined : fromCaller(quantized);
  const int8 = await int8Model(checkpoint, folder, await nodeInt8Backend());
  const unetSize = { batch: 1, height: side, width: side } as const;
  const lost = await losses(exact, int8, calls.unet, unetSize);
  const line = (what: string, decibels: number, share = ''): void =>
    console.log(`${what.padEnd(29)}${decibels.toFixed(1).padStart(6)} dB${share}`);
  line('bytes everywhere', await lost(() => false));
  const share = sharesOf(traced((net) => describe(net, checkpoint.description, 'unet', unetSize)));
  for (const [what, scopes] of KINDS) {
    const care = await lost((scope) => scopes.test(scope));
    line(what, care, `, ${(100 * share(scopes)).toFixed(1).padStart(5)} % of the multiplications`);
  }
  line('as we do it', await lost());
  line('care everywhere', await lost(() => true));
  return 0;
}

/** Of the UNet's noise over all of `calls`, with care where `precise` says, by default where we take it. */
async function losses(exact: Model, int8: Model, calls: readonly Tensors[], size: StageSize) {
  const reference = await nodeWasmBackend().open(await exact.file('unet', size, never), never);
  const wanted: Tensors[] = [];
  for (const inputs of calls) wanted.push(await reference.run(inputs));
  await reference.close();
  const bytes = await nodeThreads({ form: 'words', numbers: wordsOf(255) });
  return async (precise?: (scope: string) => boolean): Promise<number> => {
    const { network, weights } = await int8.file('unet', size, never);
    // As they are in most steps: what holds in the first is more care for all.
    const { first: _, ...usual } = networkOf(network as StageNetwork);
    const described = { ...usual, ...(precise ? { precise } : {}) };
    const stage = await openInt8Stage(described, weights, bytes, never);
    let sum = NO_ENERGIES;
    try {
      for (const [i, inputs] of calls.entries()) {
        const found = await stage.run(inputs);
        for (const [name, { data }] of Object.entries(wanted[i]!))
          sum = addEnergies(sum, energies(data as Float32Array, found[name]!.data as Float32Array));
      }
    } finally {
      await stage.close();
      weights.close();
    }
    return sqnr(sum);
  };
}

/** What part of all multiplications of `trace` is in products so named; attention's own, of queries with keys, are left out. */
function sharesOf(trace: ReturnType<typeof traced>) {
  const work = trace
    .filter(({ op }) => op === 'conv2d' || op === 'linear')
    .map(({ op, args: [scope, x, how], result }) => {
      const { shape } = x as { readonly shape: readonly number[] };
      const channels = op === 'conv2d' ? shape[1]! : shape.at(-1)!;
      const { kernel = 1 } = how as Partial<Convolution>;
      const results = (result as { readonly shape: readonly number[] }).shape.reduce((all, one) => all * one, 1);
      return { scope: scope as string, count: results * channels * kernel * kernel };
    });
  const sum = (some: typeof work): number => some.reduce((all, { count }) => all + count, 0);
  return (scopes: RegExp): number => sum(work.filter(({ scope }) => scopes.test(scope))) / sum(work);
}
