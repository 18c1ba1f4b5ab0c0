/**
 * What `npm run quantize` wrote, to draw with on the CPU: the graphs for NPUs as they lie there, every number as
 * QuantizeLinear and DequantizeLinear define it; or the packed weights that other backends compute with.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isConverted, openConverted } from '../../models/convertedFolder.node';
import { toF32 } from '../../models/floats';
import { VAE_FACTOR } from '../../models/graph/vae';
import { type NpuFolder, openNpuFolder } from '../../models/npuFolder.node';
import type { GraphOptions } from '../../models/pack';
import { badModel } from '../../models/refuse';
import type { StageName, StageSize } from '../../models/stage';
import { weightsOnDisk } from '../../models/stageWeights.node';
import type { Backend } from '../backend/backend';
import { type Host, hostedBackend, tableOfTokens } from '../backend/hostInputs';
import { CodedError } from '../errors';
import type { Model } from '../model';
import { packedModel } from '../model.packed';
import type { Parts } from '../openStage';
import { type ChainedFile, chained, chainedBackend } from './chained';

type Drawn = Required<Pick<Parts, 'model' | 'backend'>>;

/** The graphs for NPUs in `folder`; only in the sizes that it has them in: others reject with `bad-argument`. */
export async function npuParts(folder: string, backend: Backend): Promise<Drawn> {
  const opened = await openNpuFolder(folder);
  return { model: npuModel(opened), backend: hostedBackend(chainedBackend(backend), hostOf(opened)) };
}

/** The packed weights in `folder`, drawn with as any pack is, or as `lowering` says. */
export async function packedParts(folder: string, backend: Backend, lowering: GraphOptions = {}): Promise<Drawn> {
  if (!(await isConverted(folder))) throw badModel(join(folder, 'manifest.json'), 'a file', 'none');
  const { manifest, weights } = await openConverted(folder);
  return { model: packedModel(folder, manifest, weights, lowering), backend };
}

function npuModel({ manifest, path }: NpuFolder): Model {
  const { name, description, tokenizer, stages } = manifest;
  const found = (stage: StageName, { width, height }: StageSize) => {
    const [pixelsWide, pixelsHigh] = [width * VAE_FACTOR, height * VAE_FACTOR];
    const all = stages.filter((one) => one.stage === stage);
    const fitting = all.find((one) => !one.width || (one.width === pixelsWide && one.height === pixelsHigh));
    if (fitting) return fitting;
    const expected = all.map((one) => `${one.width}×${one.height}`).join(' or ');
    throw new CodedError('bad-argument', {
      argument: `size of ${stage}`,
      expected,
      got: `${pixelsWide}×${pixelsHigh}`,
    });
  };
  return {
    name,
    description,
    tokenizer,
    bytes(stage) {
      const parts = stages.find((one) => one.stage === stage)?.parts ?? [];
      return parts.reduce((sum, { weights }) => sum + weights.bytes, 0);
    },
    async file(stage, size) {
      const files: ChainedFile[] = [];
      for (const { graph, weights, inputs } of found(stage, size).parts) {
        files.push({
          name: stage,
          graph: await readFile(await path(graph)),
          weights: weightsOnDisk(await path(weights), weights.bytes),
          weightsFile: weights.path.split('/').at(-1)!,
          inputs: inputs.map(({ name }) => name),
        });
      }
      return chained(files);
    },
    async segments(stage) {
      throw new CodedError('unsupported-model', { argument: stage, expected: 'a network in one piece', got: 'parts' });
    },
  };
}

function hostOf({ manifest, path }: NpuFolder): Host {
  const { description, tokenTable } = manifest;
  const { unet, textEncoder } = description;
  const read = async () => toF32(tokenTable.dtype, await readFile(await path(tokenTable)));
  return { unet, embeddings: tableOfTokens(textEncoder.hiddenSize, read) };
}
