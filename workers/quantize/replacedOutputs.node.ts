/** What `npm run quantize` wrote, put where it was asked for, in place of what an earlier run has left there. */
import { readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { STAGE_NAMES } from '../../models/manifest';
import { replaceFiles } from '../../models/replaceFiles.node';
import { EVERY_SIZE } from './npuPack.node';

/** In the order in which they come: `npu.json` speaks for most. */
const MANIFESTS = ['layers.json', 'budgets.json', 'manifest.json', 'npu.json'];

const STAGES = STAGE_NAMES.join('|');
/** Names of files that are ours to replace, below the folder; compiled graphs are others'. */
const OURS = new RegExp(
  `^(?:token_table\\.bin|(?:${STAGES})\\.weights|(?:${EVERY_SIZE}|\\d+x\\d+)/(?:${STAGES})(?:\\.\\d+)?\\.(?:onnx|weights))$`,
);

/** Moves all files below `from`, which is on the same disk, to `to`, and takes away what was there of an earlier run. */
export async function replaceOutputs(from: string, to: string): Promise<void> {
  await replaceFiles(from, to, MANIFESTS, (path) => OURS.test(path));
  for (const folder of await readdir(to, { withFileTypes: true })) {
    // One that somebody has put something into stays.
    if (folder.isDirectory()) await rmdir(join(to, folder.name)).catch(() => undefined);
  }
}
