/**
 * What a network's values are while it does what it is for: ranges of all that will be integers, and second moments of
 * what its weights are multiplied with. The network is computed part by part, every sample through one part before any
 * through the next: neither its weights nor the moments are ever in memory all at once.
 */
import type { LayerInput } from '../../graph/qnn/layerInputs';
import { placesOf } from '../../graph/qnn/layerInputs';
import type { QnnStage } from '../../graph/qnn/qnnStage';
import { rangeOf } from '../../graph/qnn/ranges';
import { untilMessagesAreRead } from '../../turn';
import { atPlace } from '../atPlace';
import type { IntegerWeights } from '../integerWeights';
import { type ActivationStatistics, ActivationSums } from './activations';
import { blocksWithin } from './momentBlocks';
import { MomentSums, type SecondMoments } from './moments';
import type { Engine, NetworkTensors, Spool } from './network';
import { chosenPlaces } from './places';

/** A network for pictures of one size, and what it is asked of them. */
export interface Sized {
  /** Cut at the same places for every size. */
  readonly parts: readonly QnnStage[];
  /** Inputs of the whole network. */
  readonly samples: readonly NetworkTensors[];
  /** What parts hand on in the exact network. */
  readonly spool: Spool;
  /** The same with all earlier parts rounded (`advanceRounded`); absent: layers are looked at in the exact network alone. */
  readonly roundedSpool?: Spool;
}

export interface Calibration {
  readonly engine: Engine;
  readonly signal: AbortSignal;
  /** Places of each layer's output that are looked at, of each sample; 0 where no moments are asked for. */
  readonly places: number;
  /** What second moments may take, and what they are worked on with; absent: as little as can be. */
  readonly momentBytes?: number;
  /** Numbers of each tap that are kept, of each sample, to clip ranges by. */
  readonly some: number;
  /** Samples that are through the part, of all sizes'. */
  readonly progress?: (done: number, of: number) => void;
}

/** What was found in a part of a network. */
export interface Calibrated {
  /** Of each size, by the names of its taps. */
  readonly activations: readonly ReadonlyMap<string, ActivationStatistics>[];
  /** Of all sizes together. */
  readonly layers: readonly (LayerInput & SecondMoments)[];
}

/**
 * Sends every sample of every size through part `index` of its network. What later parts need is in the spools afterwards.
 * `weights` are read as float32. With a spool of what rounded parts hand on, layers are looked at with those inputs beside the
 * exact ones.
 */
export async function calibratePart(
  sizes: readonly Sized[],
  index: number,
  weights: IntegerWeights,
  calibration: Calibration,
): Promise<Calibrated> {
  const { engine, signal, places } = calibration;
  const layers = places > 0 ? sizes[0]!.parts[index]!.layers : [];
  const crossed = sizes[0]!.roundedSpool !== undefined;
  const blocks = blocksWithin(layers, calibration.momentBytes ?? 0, crossed ? 2 : 1);
  const sums = new Map(layers.map((layer, i) => [nameOf(layer), new MomentSums(blocks[i]!, engine.matMul, crossed)]));
  const of = sizes.reduce((sum, { samples }) => sum + samples.length, 0);
  const activations: ReadonlyMap<string, ActivationStatistics>[] = [];
  let before = 0;
  for (const sized of sizes) {
    const progress = (done: number): void => calibration.progress?.(before + done, of);
    activations.push(await calibrateSize(sized, index, weights, { ...calibration, progress }, sums));
    before += sized.samples.length;
  }
  const found: (LayerInput & SecondMoments)[] = [];
  for (const layer of layers) {
    const moments = await atPlace(nameOf(layer), signal, () => sums.get(nameOf(layer))!.moments());
    found.push({ ...layer, ...moments });
  }
  return { activations, layers: found };
}

/** Of a layer's input in pictures of any size. */
const nameOf = ({ keys }: LayerInput): string => keys.join(', ');

async function calibrateSize(
  { parts, samples, spool, roundedSpool }: Sized,
  index: number,
  weights: IntegerWeights,
  { engine, signal, places, some, progress }: Calibration,
  sums: ReadonlyMap<string, MomentSums>,
): Promise<ReadonlyMap<string, ActivationStatistics>> {
  const part = parts[index]!;
  const taps = [...part.taps.keys()];
  const activations = new ActivationSums();
  const { graph, bytes, weights: stream } = part.write({ taps, reduced: true, some, layerInputs: places });
  const opened = await engine.open(graph, stream(weights), bytes);
  try {
    for (const [i, sample] of samples.entries()) {
      await untilMessagesAreRead();
      signal.throwIfAborted();
      const exact = await opened.run(await inputsOf(part, i, sample, spool, places));
      await handOn(parts, index, i, exact, spool);
      const given = roundedSpool && (await opened.run(await inputsOf(part, i, sample, roundedSpool, places)));
      for (const tap of taps) {
        for (const outputs of given ? [exact, given] : [exact]) activations.add(tap, floatsIn(outputs, rangeOf(tap)));
      }
      for (const layer of places > 0 ? part.layers : []) {
        const both = given ? ([given, exact] as const) : ([exact] as const);
        const [one, other] = both.map((outputs) => floatsIn(outputs, layer.name));
        await atPlace(nameOf(layer), signal, () => sums.get(nameOf(layer))!.add(one!, other));
      }
      progress?.(i + 1, samples.length);
    }
  } finally {
    await opened.close();
  }
  return activations.statistics();
}

/** Sends what rounded parts before it handed on through part `index`, whose `weights` are what integers stand for. */
export async function advanceRounded(
  { parts, samples, roundedSpool }: Omit<Required<Sized>, 'spool'>,
  index: number,
  weights: IntegerWeights,
  { engine, signal }: Pick<Calibration, 'engine' | 'signal'>,
): Promise<void> {
  const part = parts[index]!;
  const { graph, bytes, weights: stream } = part.write({});
  const opened = await engine.open(graph, stream(weights), bytes);
  try {
    for (const [i, sample] of samples.entries()) {
      await untilMessagesAreRead();
      signal.throwIfAborted();
      await handOn(parts, index, i, await opened.run(await inputsOf(part, i, sample, roundedSpool, 0)), roundedSpool);
    }
  } finally {
    await opened.close();
  }
}

const floatsIn = (outputs: NetworkTensors, name: string): Float32Array => outputs[name]!.data as Float32Array;

/** What a part is given of sample `at`: the sample's own, what earlier parts handed on, and where to look. */
async function inputsOf(
  part: QnnStage,
  at: number,
  sample: NetworkTensors,
  spool: Spool,
  places: number,
): Promise<NetworkTensors> {
  const inputs: Record<string, NetworkTensors[string]> = {};
  for (const name of part.inputs) inputs[name] = sample[name] ?? (await spool.get(at, name));
  for (const { geometry } of places > 0 ? part.layers : []) {
    const names = placesOf(geometry);
    if (inputs[names.at]) continue;
    const { at: pixels, within } = chosenPlaces(geometry, places, randomOf(`${at} ${names.at}`));
    inputs[names.at] = { type: 'int32', shape: [pixels.length], data: pixels };
    inputs[names.within] = { type: 'float32', shape: [within.length], data: within };
  }
  return inputs;
}

async function handOn(
  parts: readonly QnnStage[],
  index: number,
  at: number,
  outputs: NetworkTensors,
  spool: Spool,
): Promise<void> {
  const needed = new Set(parts.slice(index + 1).flatMap((later) => later.inputs));
  for (const name of parts[index]!.outputs) if (needed.has(name)) await spool.put(at, name, outputs[name]!);
}

/** Lets go of what only parts up to `index` needed, once what they gave is safe. */
export async function dropSpent(
  { parts, samples }: Pick<Sized, 'parts' | 'samples'>,
  index: number,
  spool: Spool,
): Promise<void> {
  const needed = new Set(parts.slice(index + 1).flatMap((later) => later.inputs));
  for (const [i, sample] of samples.entries()) {
    for (const name of parts[index]!.inputs) if (!sample[name] && !needed.has(name)) await spool.drop(i, name);
  }
}

/** Numbers in [0, 1), the same for the same `seed` (FNV-1a; the constants of Numerical Recipes' linear congruential generator). */
function randomOf(seed: string): () => number {
  let state = 2166136261;
  for (const letter of seed) state = Math.imul(state ^ letter.codePointAt(0)!, 16777619) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
