/**
 * `npm run convert -- SOURCE --out DIR [--width PIXELS] [--height PIXELS] [--batch 1|2] [--vae FILE] [--lora FILE[:W]]…
 * [--prediction TYPE]`: a checkpoint (a diffusers folder or a single file) to ONNX files that any ONNX runtime opens, one `<stage>.onnx` beside its `<stage>.weights`, and `manifest.json`, from which
 * the graphs of every other size can be built over the same weights. Node only.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeConverted } from './convertedFolder.node';
import { CodedError } from './errors';
import { VAE_FACTOR } from './graph/vae';
import { STAGE_NAMES } from './manifest';
import { type DiskOptions, diskOptions, fromCaller, openDisk } from './openDisk.node';
import { stageGraph } from './pack';
import { planModel } from './planModel';
import type { StageSize } from './stage';

/** Bad arguments and bad models end with one line on stderr and exit code 2. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const { source, out, sizes, options } = parseArguments(args);
    await convert(source, out, sizes, options);
    return 0;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    console.error(error.message);
    return 2;
  }
}

interface Sizes {
  /** Pixels; the model's own size where absent. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly batch: number;
}

/** Writes everything; the manifest last, so that a folder with a manifest is whole. */
export async function convert(
  source: string,
  out: string,
  { width, height, batch }: Sizes,
  options: DiskOptions = {},
): Promise<void> {
  const checkpoint = await openDisk(source, options);
  for (const module of checkpoint.ignored ?? []) console.error(`note: left out, for another network: ${module}`);
  const manifest = planModel(checkpoint);
  const own = manifest.description.unet.sampleSize * VAE_FACTOR;
  const size: StageSize = { batch, width: (width ?? own) / VAE_FACTOR, height: (height ?? own) / VAE_FACTOR };
  await mkdir(out, { recursive: true });
  for (const stage of STAGE_NAMES) {
    const { tensors, bytes } = manifest.stages[stage];
    console.error(`${stage}: ${(bytes / 1e6).toFixed(1)} MB`);
    const graph = stageGraph(manifest.description, stage, size, tensors, { weightsFile: `${stage}.weights` });
    await writeFile(join(out, `${stage}.onnx`), graph);
  }
  await writeConverted(checkpoint, manifest, out);
}

interface Arguments {
  readonly source: string;
  readonly out: string;
  readonly sizes: Sizes;
  readonly options: DiskOptions;
}

function parseArguments(args: readonly string[]): Arguments {
  const { values, positionals } = readOptions(args);
  const [source, ...more] = positionals;
  if (source === undefined || more.length > 0) {
    throw bad('SOURCE', 'one folder or file', positionals.join(' ') || 'none');
  }
  if (values.out === undefined) throw bad('--out', 'a directory', 'nothing');
  const batch = values.batch ?? '1';
  if (batch !== '1' && batch !== '2') throw bad('--batch', '1 or 2', batch);
  return {
    source: fromCaller(source),
    out: fromCaller(values.out),
    sizes: {
      width: pixels('--width', values.width),
      height: pixels('--height', values.height),
      batch: Number(batch),
    },
    options: diskOptions(values),
  };
}

function readOptions(args: readonly string[]) {
  const option = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        out: option,
        width: option,
        height: option,
        batch: option,
        vae: option,
        lora: { ...option, multiple: true },
        prediction: option,
      },
      allowPositionals: true,
    });
  } catch (error) {
    const expected =
      'SOURCE --out DIR [--width N] [--height N] [--batch 1|2] [--vae FILE] [--lora FILE[:W]] [--prediction TYPE]';
    throw bad('arguments', expected, (error as Error).message);
  }
}

function pixels(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < VAE_FACTOR || value > 2048 || value % VAE_FACTOR !== 0) {
    throw bad(name, `a multiple of ${VAE_FACTOR} from ${VAE_FACTOR} to 2048`, text);
  }
  return value;
}

const bad = (argument: string, expected: string, got: string): CodedError =>
  new CodedError('bad-argument', { argument, expected, got });
