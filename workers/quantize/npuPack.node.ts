/**
 * A model's networks as files for Qualcomm's NPUs: for each size a folder with a graph and its constants for every
 * network, and `npu.json`, written last, which says what they are.
 */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WeightDtype } from '../../models/dtype';
import type { QnnForms } from '../../models/graph/qnn/qnnLayers';
import { qnnSegments } from '../../models/graph/qnn/qnnStage';
import { VAE_FACTOR } from '../../models/graph/vae';
import { NPU_CHIPS } from '../../models/npuChips';
import {
  NPU_FORMAT,
  NPU_VERSION,
  type NpuFile,
  type NpuManifest,
  type NpuPart,
  type NpuPort,
  type NpuStage,
} from '../../models/npuManifest';
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
  /** Graphs that it is cut into, at most. */
  readonly parts: number;
  /** As it was drawn when ranges were measured. */
  readonly forms?: QnnForms;
}

/** The folder of what has no size. */
export const EVERY_SIZE = 'every-size';

/** Writes the graphs and the constants of `quantized` below `folder`, where the manifest will be. Rejects with the signal's reason within a constant. */
export async function writeNpuStage(
  folder: string,
  description: ModelDescription,
  { stage, size, weights, weightBits, activationBits, ranges, parts, forms }: StageToWrite,
  signal: AbortSignal,
): Promise<NpuStage> {
  const pixels = { width: size.width * VAE_FACTOR, height: size.height * VAE_FACTOR };
  const within = stage === 'text_encoder' ? EVERY_SIZE : `${pixels.width}x${pixels.height}`;
  await mkdir(join(folder, within), { recursive: true });
  const activations = { bits: activationBits, encodings: encodingsFor(ranges, activationBits) };
  const networks = qnnSegments(description, stage, size, parts, forms);
  const written: NpuPart[] = [];
  for (const [i, network] of networks.entries()) {
    const name = networks.length === 1 ? stage : `${stage}.${i + 1}`;
    const file = async (ending: string, content: AsyncIterable<Uint8Array>): Promise<NpuFile> => {
      const path = `${within}/${name}.${ending}`;
      const hash = createHash('sha256');
      const bytes = await writeStream(join(folder, path), content, (piece) => {
        signal.throwIfAborted();
        hash.update(piece);
      });
      return { path, bytes, sha256: hash.digest('hex') };
    };
    const { graph, weights: stream } = network.write({ weightBits, activations, weightsFile: `${name}.weights` });
    const files = { weights: await file('weights', stream(weights)), graph: await file('onnx', once(graph)) };
    const port = (of: string): NpuPort => ({ name: of, dtype: 'float32', shape: network.shapes.get(of)! });
    const ports = { inputs: network.inputs.map(port), outputs: network.outputs.map(port) };
    written.push({ ...ports, ...files, context: contextName(within, name, files) });
  }
  return { stage, ...(stage === 'text_encoder' ? {} : pixels), parts: written };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Another graph, or other weights, have another: what was compiled of earlier ones is never taken for theirs. */
function contextName(within: string, name: string, { graph, weights }: Pick<NpuPart, 'graph' | 'weights'>): string {
  const digits = createHash('sha256').update(`${graph.sha256}${weights.sha256}`).digest('hex').slice(0, 16);
  return `${name}-${within}-${digits}.onnx`;
}

/** The table of token embeddings, in the checkpoint's own numbers. */
export async function writeTokenTable(folder: string, source: TensorSource): Promise<NpuManifest['tokenTable']> {
  const path = 'token_table.bin';
  const bytes = await source.read(TOKEN_TABLE);
  await writeFile(join(folder, path), bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { path, bytes: bytes.length, sha256, dtype: source.info(TOKEN_TABLE)!.dtype as WeightDtype };
}

export async function writeNpuManifest(
  folder: string,
  manifest: Omit<NpuManifest, 'format' | 'version' | 'contexts'>,
): Promise<void> {
  const contexts = { folder: 'contexts', chips: NPU_CHIPS };
  const whole: NpuManifest = { format: NPU_FORMAT, version: NPU_VERSION, contexts, ...manifest };
  await writeFile(join(folder, 'npu.json'), JSON.stringify(whole, undefined, 1));
}
