/**
 * The graphs that `npm run quantize` has written, for the compiler and the emulator: every network of one size, as its files
 * lie there, asked something made up. There is no float32 beside them, only their own arithmetic.
 */
import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { badArgument } from '../../models/commandLine.node';
import { toF32 } from '../../models/floats';
import { VAE_FACTOR } from '../../models/graph/vae';
import { openNpuFolder } from '../../models/npuFolder.node';
import type { NpuPort, NpuStage } from '../../models/npuManifest';
import type { StageName } from '../../models/stage';
import { madeUpCalls } from './madeUpCalls';
import { type Job, LEAST, writeSamples } from './quantizedStage';

export interface WantedGraphs {
  readonly stages: readonly StageName[];
  /** Pixels; absent: the first size that there is. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
  /** Parts of each network, from 1 on; absent: all. */
  readonly only: ReadonlySet<number> | undefined;
}

/** Puts the graphs of `from` into `folder`, one after another, their hashes proven. `bad-argument` for a size that is not there. */
export async function* writtenGraphs(folder: string, from: string, wanted: WantedGraphs): AsyncGenerator<Job> {
  await mkdir(folder, { recursive: true });
  const { manifest, path } = await openNpuFolder(from);
  const { description, tokenTable, precision } = manifest;
  const pixels = sizeAmong(manifest.stages, wanted.size);
  const size = { batch: 1, width: pixels.width / VAE_FACTOR, height: pixels.height / VAE_FACTOR };
  const table = async () => toF32(tokenTable.dtype, await readFile(await path(tokenTable)));
  for (const { stage, width, height, parts } of manifest.stages) {
    if (!wanted.stages.includes(stage)) continue;
    if (width !== undefined && (width !== pixels.width || height !== pixels.height)) continue;
    const [call] = await madeUpCalls(description, table, stage, size);
    await writeSamples(folder, stage, [call!], [{}], 1);
    for (const [i, { graph, weights, inputs, outputs, context }] of parts.entries()) {
      if (wanted.only && !wanted.only.has(i + 1)) continue;
      // Its own among all sizes: what is compiled of it refers to a file by this name, beside that of others.
      const name = `${basename(graph.path, '.onnx')}-${basename(dirname(graph.path))}`;
      const files = [`${name}.onnx`, basename(weights.path)].map((file) => join(folder, file));
      await copyFile(await path(graph), files[0]!);
      await copyFile(await path(weights), files[1]!);
      yield {
        name,
        network: stage,
        context,
        inputs: shapes(inputs),
        outputs: shapes(outputs),
        samples: 1,
        again: true,
        ...(precision === 'w8a8' ? {} : { least: LEAST.network }),
      };
      for (const file of files) await rm(file);
    }
  }
}

const shapes = (ports: readonly NpuPort[]) => Object.fromEntries(ports.map(({ name, shape }) => [name, shape]));

function sizeAmong(stages: readonly NpuStage[], wanted: WantedGraphs['size']) {
  const sized = stages.filter(({ width }) => width !== undefined) as Required<NpuStage>[];
  const found = wanted
    ? sized.find(({ width, height }) => width === wanted.width && height === wanted.height)
    : sized[0];
  if (found) return found;
  const all = [...new Set(sized.map(({ width, height }) => `${width}x${height}`))];
  throw badArgument('--size', `one of ${all.join(', ')}`, `${wanted!.width}x${wanted!.height}`);
}
