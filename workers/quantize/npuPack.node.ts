/**
 * A model's networks as files for Qualcomm's NPUs: for each size a folder with a graph and its constants for every
 * network, and `npu.json`, written last, which says what they are.
 */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WeightDtype } from '../../models/dtype';
import { qnnStage } from '../../models/graph/qnn/qnnStage';
import { NPU_FORMAT, NPU_VERSION, type NpuFile, type NpuManifest, type NpuStage } from '../../models/npuManifest';
import { encodingsFor, type Range } from '../../models/quantize/encodings';
import type { IntegerWeights, WeightBits } from '../../models/quantize/integerWeights';
import type { ModelDescription } from '../../models/sd15';
import type { StageName, StageSize } from '../../models/stage';
import type { TensorSource } from '../../models/tensorSource';
import { writeStream } from '../../models/writeStream.node';
import { TOKEN_TABLE } from './host';

/** One network in one size, quantized. */
export interface StageToWrite {
  readonly stage: StageName;
  readonly size: StageSize;
  readonly weights: IntegerWeights;
  readonly weightBits: WeightBits;
  readonly activationBits: 16 | 8;
  readonly ranges: ReadonlyMap<string, Range>;
}

/** Writes the graph and the constants of `quantized` below `folder`, where the manifest will be. */
export async function writeNpuStage(
  folder: string,
  description: ModelDescription,
  { stage, size, weights, weightBits, activationBits, ranges }: StageToWrite,
): Promise<NpuStage> {
  const within = `${size.width * 8}x${size.height * 8}`;
  await mkdir(join(folder, within), { recursive: true });
  const network = qnnStage(description, stage, size);
  const activations = { bits: activationBits, encodings: encodingsFor(ranges, activationBits) };
  const weightsFile = `${stage}.weights`;
  const { graph, weights: stream } = network.write({ weightBits, activations, weightsFile });
  const hash = createHash('sha256');
  const bytes = await writeStream(join(folder, within, weightsFile), stream(weights), (piece) => hash.update(piece));
  const graphFile = `${stage}.onnx`;
  await writeFile(join(folder, within, graphFile), graph);
  const file = (name: string, length: number, sha256: string): NpuFile => {
    return { path: `${within}/${name}`, bytes: length, sha256 };
  };
  return {
    stage,
    width: size.width * 8,
    height: size.height * 8,
    inputs: network.inputs,
    outputs: network.outputs,
    graph: file(graphFile, graph.length, createHash('sha256').update(graph).digest('hex')),
    weights: file(weightsFile, bytes, hash.digest('hex')),
  };
}

/** The table of token embeddings, in the checkpoint's own numbers. */
export async function writeTokenTable(folder: string, source: TensorSource): Promise<NpuManifest['tokenTable']> {
  const path = 'token_table.bin';
  const bytes = await source.read(TOKEN_TABLE);
  await writeFile(join(folder, path), bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { path, bytes: bytes.length, sha256, dtype: source.info(TOKEN_TABLE)!.dtype as WeightDtype };
}

/** Resolves to its path. */
export async function writeNpuManifest(
  folder: string,
  manifest: Omit<NpuManifest, 'format' | 'version'>,
): Promise<string> {
  const whole: NpuManifest = { format: NPU_FORMAT, version: NPU_VERSION, ...manifest };
  const path = join(folder, 'npu.json');
  await writeFile(path, JSON.stringify(whole, undefined, 1));
  return path;
}
