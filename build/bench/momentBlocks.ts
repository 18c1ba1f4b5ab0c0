/**
 * `npm run bench -- moment-blocks [--prompts N] [--size PIXELS] [--columns N]`: what it costs that the second moments of layers with many
 * inputs are cut into blocks: the demo model's layers of N inputs and more, rounded by moments in one block, two, three, five and ten, and
 * judged by all of the moments that they have in pictures of other prompts.
 * `--full COLUMNS`: how long a layer of so many inputs takes instead, 1,280 outputs, made up, in one block.
 */
import { parseArgs } from 'node:util';
import { CALIBRATION_PROMPTS, HELD_OUT_PROMPTS } from '../../models/calibration/calibrationPrompts';
import { qnnSegments } from '../../models/graph/qnn/qnnStage';
import { modelPath, openDisk } from '../../models/openDisk.node';
import { calibratePart } from '../../models/quantize/calibrate/calibrate';
import { blockSizes } from '../../models/quantize/calibrate/momentBlocks';
import { roundedToNearest } from '../../models/quantize/integerWeights';
import { type BlockDiagonal, spans } from '../../models/quantize/matrix/blockDiagonal';
import { outputError } from '../../models/quantize/methods/error';
import type { Layer } from '../../models/quantize/methods/layer';
import type { Grid } from '../../models/quantize/methods/nearest';
import type { Work } from '../../models/quantize/methods/work';
import { BLOCK, KERNEL_BLOCK } from '../../models/quantize/plan';
import { DEFAULT_ROUNDING, roundLayer } from '../../models/quantize/roundLayer';
import { computing } from '../../workers/backend/computing.node';
import { hostInputs } from '../../workers/backend/hostInputs';
import { checkpointModel } from '../../workers/model.checkpoint';
import { calibrationEngine } from '../../workers/quantize/engine.node';
import { hostOf } from '../../workers/quantize/host';
import { recordedCalls } from '../../workers/quantize/trajectories';
import { madeUpInputs, secondMoments } from './madeUpInputs';
import { processorSeconds } from './processorSeconds';

const CUTS = [1, 2, 3, 5, 10];
const PLACES = 64;

interface Judged extends Layer {
  readonly kernel: number;
  /** All moments, of pictures that nothing was rounded for. */
  readonly others: BlockDiagonal;
}

export async function momentBlocks(args: readonly string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { engine: text, prompts: text, size: text, columns: text, full: text },
  });
  const { engine = 'wasm', prompts = '16', size = '128', columns = '1000', full } = values;
  const work: Work = {
    matMul: await (await computing(engine as 'wasm' | 'native')).matMul(),
    signal: new AbortController().signal,
  };
  if (full !== undefined) return timed(Number(full), work);
  const layers = await judgedLayers(engine as 'wasm' | 'native', Number(prompts), Number(size), Number(columns));
  console.log(`${layers.length} layers of ${columns} inputs and more; SQNR over others' inputs, dB, mean; seconds`);
  for (const bits of [8, 4] as const) {
    for (const cuts of [undefined, ...CUTS]) {
      let [decibels, seconds] = [0, 0];
      for (const layer of layers) {
        const grid = gridOf(layer, bits);
        const own = { ...layer, gram: cuts === undefined ? layer.gram : inBlocks(layer, cuts) };
        const rounding = cuts === undefined ? 'nearest' : 'gptq';
        const started = processorSeconds();
        const rounded = await roundLayer(own, grid, { ...DEFAULT_ROUNDING, rounding }, work);
        seconds += processorSeconds() - started;
        decibels += (await outputError({ ...layer, gram: layer.others }, rounded, work)).decibels / layers.length;
      }
      const name = cuts === undefined ? 'nearest' : `blocks: ${cuts}`;
      console.log(`${name.padEnd(12)} W${bits}  ${decibels.toFixed(2).padStart(6)}  ${seconds.toFixed(1).padStart(7)}`);
    }
  }
  return 0;
}

const gridOf = ({ columns, kernel }: Judged, bits: 8 | 4): Grid => {
  if (bits === 8) return { most: 127, block: columns };
  if (kernel > 1) return { most: 7, block: KERNEL_BLOCK, steps: true };
  return { most: 7, block: columns % BLOCK === 0 ? BLOCK : columns };
};

/** The moments of `layer` in `cuts` blocks of whole channels. */
function inBlocks({ columns, kernel, gram }: Judged, cuts: number): BlockDiagonal {
  const [whole] = spans(gram);
  const unit = kernel ** 2;
  const sizes = blockSizes(columns, unit, unit * Math.ceil(columns / unit / cuts));
  let first = 0;
  return sizes.map((size) => {
    const from = first;
    first += size;
    return Float32Array.from({ length: size ** 2 }, (_, i) => {
      return whole!.block[(from + Math.floor(i / size)) * columns + from + (i % size)]!;
    });
  });
}

async function judgedLayers(name: 'wasm' | 'native', count: number, side: number, least: number): Promise<Judged[]> {
  const checkpoint = await openDisk(modelPath('demo'), {});
  const signal = new AbortController().signal;
  const computed = await computing(name);
  const weights = roundedToNearest(checkpoint.weights('unet'), () => 8);
  const seen = async (prompts: typeof CALIBRATION_PROMPTS) => {
    const asked = {
      prompts: demoOnly(prompts).slice(0, count),
      steps: 10,
      width: side,
      height: side,
      samples: 4 * count,
    };
    const model = checkpointModel(checkpoint);
    const calls = await recordedCalls(async () => ({ model, backend: computed.backend() }), asked, signal);
    const samples = await Promise.all(calls.unet.map((inputs) => hostInputs('unet', inputs, hostOf(checkpoint))));
    const parts = qnnSegments(checkpoint.description, 'unet', { batch: 1, height: side / 8, width: side / 8 }, 1);
    const spool = { put: never, get: never, drop: never };
    const how = { engine: await calibrationEngine(computed, signal), signal, places: PLACES, some: 0 };
    const all = { ...how, momentBytes: Number.POSITIVE_INFINITY };
    return (await calibratePart([{ parts, samples, spool }], 0, weights, all)).layers;
  };
  const [own, others] = [await seen(CALIBRATION_PROMPTS), await seen(HELD_OUT_PROMPTS)];
  const found: Judged[] = [];
  for (const [i, { keys, columns, gram, geometry }] of own.entries()) {
    if (columns < least) continue;
    for (const key of keys) {
      const numbers = await weights.floats(key);
      const layer = { weights: numbers, rows: numbers.length / columns, columns, gram };
      found.push({ ...layer, kernel: geometry.kernel, others: others[i]!.gram });
    }
  }
  return found;
}

const demoOnly = (prompts: typeof CALIBRATION_PROMPTS): typeof CALIBRATION_PROMPTS =>
  prompts.filter(({ domain }) => domain === 'demo');

/** Of a network in one part, nothing waits. */
const never = (): never => {
  throw new TypeError('one part hands nothing on');
};

async function timed(columns: number, work: Work): Promise<number> {
  const rows = 1280;
  const weights = Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i * 1.7 + (i % 1013)) * 0.02);
  const gram = [await secondMoments(madeUpInputs(columns / 9, 9, 4096), columns, work.matMul)];
  for (const grid of [
    { most: 127, block: columns },
    { most: 7, block: KERNEL_BLOCK, steps: true },
  ]) {
    const [started, processor] = [performance.now(), processorSeconds()];
    await roundLayer({ weights, rows, columns, gram }, grid, DEFAULT_ROUNDING, work);
    const gigabytes = (process.resourceUsage().maxRSS * 1024) / 1e9;
    const seconds = [(performance.now() - started) / 1000, processorSeconds() - processor].map((each) =>
      each.toFixed(1),
    );
    console.log(
      `${columns} inputs, ±${grid.most}: ${seconds[0]} s, ${seconds[1]} of the processor's, ${gigabytes.toFixed(1)} GB`,
    );
  }
  return 0;
}
