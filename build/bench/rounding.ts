/**
 * `npm run bench -- rounding [--iterations N] [--method NAME] [--full]`: what each way of rounding weights costs the outputs of the demo
 * model's layers, and how long a processor takes for it. The weights are the model's, the inputs made up: few factors mixed into all
 * channels, neighbors alike. `--full` times one layer as large as Stable Diffusion's largest instead, of made-up weights.
 */
import { parseArgs } from 'node:util';
import { toF32 } from '../../models/floats';
import { fileSource } from '../../models/folder.node';
import { adaround } from '../../models/quantize/methods/adaround';
import { coordinateDescent } from '../../models/quantize/methods/coordinateDescent';
import { outputError } from '../../models/quantize/methods/error';
import { gptq } from '../../models/quantize/methods/gptq';
import type { Layer, Rounded } from '../../models/quantize/methods/layer';
import { type Grid, nearest } from '../../models/quantize/methods/nearest';
import { searchScales } from '../../models/quantize/methods/searchScales';
import type { Work } from '../../models/quantize/methods/work';
import { openSafetensors } from '../../models/safetensors';
import { wasmOrt } from '../../workers/backend/ort.node';
import { ortMatMul } from '../../workers/backend/ortMatMul';
import { madeUpInputs, secondMoments } from './madeUpInputs';
import { processorSeconds } from './processorSeconds';

const UNET = 'models/demo/model/unet/diffusion_pytorch_model.safetensors';
const LAYERS = [
  'down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q.weight',
  'down_blocks.1.attentions.0.transformer_blocks.0.ff.net.2.weight',
  'mid_block.resnets.0.conv1.weight',
  'down_blocks.1.resnets.0.conv2.weight',
];

type Method = (layer: Layer, start: Rounded, work: Work) => Promise<Rounded>;

const SWEEPS = 3;

function methods(iterations: number): Readonly<Record<string, Method>> {
  const descent: Method = (layer, from, work) => coordinateDescent(layer, from, SWEEPS, work);
  return {
    nearest: async (_, start) => start,
    'searched scales': searchScales,
    descent,
    gptq,
    'gptq, descent': async (layer, start, work) => descent(layer, await gptq(layer, start, work), work),
    'searched, gptq, descent': async (layer, start, work) =>
      descent(layer, await gptq(layer, await searchScales(layer, start, work), work), work),
    [`adaround ${iterations}`]: (layer, start, work) => adaround(layer, start, iterations, work),
    [`adaround ${iterations}, descent`]: async (layer, start, work) =>
      descent(layer, await adaround(layer, start, iterations, work), work),
  };
}

export async function rounding(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      iterations: { type: 'string', default: '300' },
      method: { type: 'string', multiple: true },
      full: { type: 'boolean', default: false },
    },
  });
  const work: Work = { matMul: await ortMatMul(wasmOrt()), signal: new AbortController().signal };
  const layers = values.full ? [await largest(work)] : await demoLayers(work);
  const all = methods(Number(values.iterations));
  console.log(`${'inputs made up'.padEnd(26)}       SQNR, dB (mean of ${layers.length}), seconds of the processor`);
  for (const [name, method] of Object.entries(all)) {
    if (values.full && name.startsWith('adaround')) continue;
    if (values.method && !values.method.includes(name)) continue;
    for (const bits of [8, 4] as const) {
      let [decibels, seconds] = [0, 0];
      for (const layer of layers) {
        const start = nearest(layer, gridOf(layer, bits));
        const started = processorSeconds();
        const rounded = await method(layer, start, work);
        seconds += processorSeconds() - started;
        decibels += (await outputError(layer, rounded, work)).decibels / layers.length;
      }
      console.log(`${name.padEnd(26)} W${bits}  ${decibels.toFixed(1).padStart(6)}  ${seconds.toFixed(2).padStart(8)}`);
    }
  }
  return 0;
}

/** A scale for each row in eight bits; in four for 32 columns of it. */
const gridOf = ({ columns }: Layer, bits: 8 | 4): Grid =>
  bits === 8 ? { most: 127, block: columns } : { most: 7, block: columns % 32 === 0 ? 32 : columns };

async function demoLayers({ matMul }: Work): Promise<Layer[]> {
  const file = await openSafetensors(await fileSource(UNET));
  const layers: Layer[] = [];
  for (const name of LAYERS) {
    const { shape } = file.info(name)!;
    const weights = toF32('F16', await file.read(name));
    const [rows, channels] = shape as [number, number];
    const columns = weights.length / rows;
    const inputs = madeUpInputs(channels, columns / channels, 4 * columns);
    layers.push({ weights, rows, columns, gram: [await secondMoments(inputs, columns, matMul)] });
  }
  return layers;
}

/** As `up_blocks` have it where they join 1280 channels: 1280 × 1280 · 9, in blocks of 256 channels. */
async function largest({ matMul }: Work): Promise<Layer> {
  const [rows, columns, block] = [1280, 11520, 2304];
  const weights = Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i * 1.7 + (i % 1013)) * 0.02);
  const gram: Float32Array[] = [];
  for (let first = 0; first < columns; first += block)
    gram.push(await secondMoments(madeUpInputs(block / 9, 9, block * 2), block, matMul));
  return { weights, rows, columns, gram };
}
