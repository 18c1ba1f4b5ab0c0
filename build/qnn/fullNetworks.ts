/**
 * Networks of Stable Diffusion 1.5's full size: a checkpoint of random weights, written first if it is not there, and
 * made-up calls. Enough to see what Qualcomm's compiler makes of the sizes; the pictures are noise.
 */
import { rename, stat } from 'node:fs/promises';
import type { Checkpoint } from '../../models/checkpoint';
import type { QnnForms } from '../../models/graph/qnn/qnnLayers';
import { qnnSegments } from '../../models/graph/qnn/qnnStage';
import { STAGE_NAMES } from '../../models/manifest';
import { openDisk } from '../../models/openDisk.node';
import { roundedToNearest } from '../../models/quantize/integerWeights';
import type { StageName } from '../../models/stage';
import { TOKEN_TABLE } from '../../workers/quantize/host';
import { writeSd15Checkpoint } from '../bench/sd15Checkpoint';
import { madeUpCalls } from './madeUpCalls';
import type { Network } from './quantizedStage';

/** Float32 weights of the whole do not fit ONNX Runtime Web's memory. */
const MEASURED_IN = 8;

/** The networks named `stages`, each in at most `parts`, for pictures of `width` × `height` pixels; the checkpoint is at `path`. */
export async function fullNetworks(
  path: string,
  stages: readonly StageName[],
  { width, height }: { readonly width: number; readonly height: number },
  parts: number,
  forms: QnnForms,
): Promise<Network[]> {
  const checkpoint = await fullCheckpoint(path);
  const size = { batch: 1, height: height / 8, width: width / 8 };
  const table = () => roundedToNearest(checkpoint.weights('text_encoder'), () => 8).floats(TOKEN_TABLE);
  const networks: Network[] = [];
  for (const name of STAGE_NAMES.filter((stage) => stages.includes(stage))) {
    networks.push({
      name,
      parts: qnnSegments(checkpoint.description, name, size, parts, forms),
      ...(parts < MEASURED_IN
        ? { measuredIn: qnnSegments(checkpoint.description, name, size, MEASURED_IN, forms) }
        : {}),
      weights: checkpoint.weights(name),
      calls: await madeUpCalls(checkpoint.description, table, name, size),
      slow: true,
    });
  }
  return networks;
}

export async function fullCheckpoint(path: string): Promise<Checkpoint> {
  if (!(await stat(path).catch(() => undefined))) {
    await writeSd15Checkpoint(`${path}.part`, 1);
    await rename(`${path}.part`, path);
  }
  return openDisk(path, {});
}
