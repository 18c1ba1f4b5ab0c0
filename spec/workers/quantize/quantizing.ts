/** A random model on disk to be quantized in a few seconds, and what came of it. */
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { NpuManifest } from '../../../models/npuManifest';
import { checkNpuManifest } from '../../../models/npuManifestCheck';
import { parseArguments, type QuantizeArguments } from '../../../workers/quantize/arguments.node';
import { quantizeModel } from '../../../workers/quantize/quantizeModel.node';
import { randomModelFiles } from '../../models/randomModel';

const WORDS = '--size 48x40 --prompts 2 --steps 1 --samples 3 --places 8'.split(' ');

export const never = new AbortController().signal;

export interface Quantizing {
  /** All lies below it; who asked for it takes it away. */
  readonly scratch: string;
  /** What quantizes the model into the folder `out`, with these words more. */
  asked(out: string, ...more: string[]): QuantizeArguments;
  quantize(out: string, ...more: string[]): Promise<void>;
  manifestIn(out: string): Promise<NpuManifest>;
}

export async function quantizing(): Promise<Quantizing> {
  const scratch = await mkdtemp(join(tmpdir(), 'quantize-'));
  const model = join(scratch, 'model');
  for (const [path, bytes] of await randomModelFiles('B')) {
    await mkdir(dirname(join(model, path)), { recursive: true });
    await writeFile(join(model, path), bytes);
  }
  const asked: Quantizing['asked'] = (out, ...more) =>
    parseArguments([model, '--out', join(scratch, out), ...WORDS, ...more]);
  return {
    scratch,
    asked,
    async quantize(...words) {
      await quantizeModel(asked(...words), never);
    },
    manifestIn: async (out) => checkNpuManifest(JSON.parse(await readFile(join(scratch, out, 'npu.json'), 'utf8'))),
  };
}
