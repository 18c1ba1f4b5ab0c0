/** Tells a model that is quantized or judged from others, so that what was done for one is not taken for another. */
import type { Checkpoint } from '../../models/checkpoint';
import { type DiskOptions, diskFiles } from '../../models/openDisk.node';
import { fingerprint } from '../fingerprint';
import { sha256 } from '../store/chunks';

/** 64 hexadecimal digits, the same for the same files, LoRAs by the same weights, and the same prediction of the opened `checkpoint`. */
export async function modelFingerprint(path: string, options: DiskOptions, checkpoint: Checkpoint): Promise<string> {
  const files = await fingerprint(await diskFiles(path, options));
  return sha256(new TextEncoder().encode(JSON.stringify([files, checkpoint.description.scheduler.predictionType])));
}
