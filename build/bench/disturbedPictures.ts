/**
 * `npm run bench -- disturbed-pictures [--engine native] [--size PIXELS] [--prompts N] [--levels LEVEL,…]`: what becomes of the
 * demo model's pictures when every weight of its UNet is off by random noise of a relative LEVEL: how much of a picture's
 * difference is rounding, and how much the way from noise to picture itself makes of any difference at all. Held-out
 * prompts, 20 steps, guidance 7.5; nothing is rounded.
 */
import { parseArgs } from 'node:util';
import { isWeightDtype } from '../../models/dtype';
import { bytesOf, toF32 } from '../../models/floats';
import { modelPath, openDisk } from '../../models/openDisk.node';
import { heldOutPrompts } from '../../models/quantize/evaluate/heldOutPrompts';
import type { PictureTask } from '../../models/quantize/evaluate/pictureRecord';
import { qualityOf } from '../../models/quantize/evaluate/qualityOf';
import { weightsInTemporaryFile } from '../../models/stageWeights.node';
import type { TensorSource } from '../../models/tensorSource';
import { computing, type EngineName } from '../../workers/backend/computing.node';
import { checkpointModel } from '../../workers/model.checkpoint';
import { type Compared, compared, type Shelf } from '../../workers/quantize/evaluate/comparison';
import type { Trajectory } from '../../workers/quantize/evaluate/drawing';
import { keptOpen } from '../../workers/quantize/evaluate/keptOpen';
import { normals } from '../qnn/madeUpCalls';

const USUAL = { engine: 'wasm', size: '256', prompts: '8', levels: '1e-5,1e-4,1e-3,3e-3' } as const;

export async function disturbedPictures(args: readonly string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { engine: text, size: text, prompts: text, levels: text },
  });
  const { engine, size, prompts, levels } = { ...USUAL, ...values };
  const signal = new AbortController().signal;
  const checkpoint = await openDisk(modelPath('demo'), {});
  const backend = (await computing(engine as EngineName)).backend();
  const modelOf = (weights: typeof checkpoint.weights) =>
    keptOpen({ model: checkpointModel({ ...checkpoint, weights }, undefined, weightsInTemporaryFile), backend });
  const tasks = heldOutPrompts(Number(prompts), ['demo']).map((prompt) => ({ ...prompt, seed: 0 }));
  const drawing = { steps: 20, width: Number(size), height: Number(size) };
  const drawn = inMemory<Trajectory>();
  const reference = modelOf(checkpoint.weights);
  console.log('level    noise   guided   pictures: mean, least, most (PSNR, dB)');
  for (const level of levels.split(',').map(Number)) {
    const quantized = modelOf((stage) => {
      const weights = checkpoint.weights(stage);
      return stage === 'unet' ? disturbed(weights, level) : weights;
    });
    const comparison = { tasks, drawing, comparedSteps: 7, reference, quantized, drawn, found: inMemory<Compared>() };
    const { noise, pictures } = qualityOf(await compared(comparison, signal).finally(() => quantized.close()));
    const psnrs = pictures!.map(({ psnr }) => psnr);
    const mean = psnrs.reduce((sum, psnr) => sum + psnr, 0) / psnrs.length;
    const cells = [noise!.sqnr, noise!.guided, mean, Math.min(...psnrs), Math.max(...psnrs)];
    console.log(`${level.toExponential(0).padEnd(6)}${cells.map((cell) => cell.toFixed(1).padStart(8)).join('')}`);
  }
  await reference.close();
  return 0;
}

function inMemory<Item>(): Shelf<Item> {
  const items = new Map<string, Item>();
  const key = ({ prompt, seed }: PictureTask): string => `${seed} ${prompt}`;
  return {
    get: async (task) => items.get(key(task)),
    put: async (task, item) => void items.set(key(task), item),
  };
}

/** `source` in float32, with every number of its matrices and kernels times 1 + `level` · a standard normal, the same each time. */
export function disturbed(source: TensorSource, level: number): TensorSource {
  return {
    ...source,
    info(tensor) {
      const info = source.info(tensor);
      return info && { ...info, dtype: 'F32', bytes: 4 * info.shape.reduce((count, side) => count * side, 1) };
    },
    async read(tensor, rows) {
      const { dtype, shape } = source.info(tensor)!;
      if (!isWeightDtype(dtype)) throw new TypeError(`${tensor} is of ${dtype}`);
      const values = toF32(dtype, await source.read(tensor)).slice();
      if (shape.length > 1) {
        const normal = normals();
        for (let i = 0; i < values.length; i++) values[i]! *= 1 + level * normal();
      }
      const width = values.length / shape[0]!;
      return bytesOf(rows ? values.slice(rows.begin * width, rows.end * width) : values);
    },
  };
}
