/** What pictures to calibrate with are drawn with. */
import type { Checkpoint } from '../../models/checkpoint';
import { isConverted, openConverted, type Progress, writeConverted } from '../../models/convertedFolder.node';
import { planModel } from '../../models/planModel';
import { weightsInTemporaryFile } from '../../models/stageWeights.node';
import type { Computing } from '../backend/computing.node';
import type { Courses } from '../memory/course';
import { checkpointModel } from '../model.checkpoint';
import { packedModel } from '../model.packed';
import type { Parts } from '../openStage';

/** Above it a model is drawn with in int8: its pictures are hardly others, and take half the time and memory. */
const EXACT_BYTES = 256 * 1024 * 1024;

const LEAN = { lean: true };

/** Networks are in one piece, since what a part of one is asked says little. */
const LEANEST: Courses = { text_encoder: LEAN, unet: LEAN, vae_decoder: LEAN };

/** A large model is packed to `folder` first, once for all pictures. */
export async function drawingParts(
  checkpoint: Checkpoint,
  computing: Computing,
  folder: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<Parts> {
  const backend = computing.backend();
  const exact = planModel(checkpoint);
  if (exact.stages.unet.bytes <= EXACT_BYTES) {
    return { model: checkpointModel(checkpoint, exact, weightsInTemporaryFile), backend };
  }
  if (!(await isConverted(folder))) {
    await writeConverted(checkpoint, planModel(checkpoint, 'int8'), folder, progress, signal);
  }
  const { manifest, weights } = await openConverted(folder);
  return { model: packedModel(checkpoint.name, manifest, weights), backend, courses: LEANEST };
}
