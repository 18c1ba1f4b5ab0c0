/**
 * `npm run convert -- SOURCE --out DIR [--width PIXELS] [--height PIXELS] [--batch 1|2] [--vae FILE] [--lora FILE[:W]]…
 * [--prediction TYPE] [--weights exact|fp16|int8|int4]`: a checkpoint (a diffusers folder or a single file) to ONNX files
 * that ONNX Runtime opens, one `<stage>.onnx` beside its `<stage>.weights`, `stages.json`, which says for what size they are,
 * and `manifest.json`, from which the graphs of every other size can be built over the same weights. `npm run generate` and
 * `npm run host` draw with such a folder. Node only.
 */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { badArgument, integerWord, readOptions } from './commandLine.node';
import { writeConverted } from './convertedFolder.node';
import { unwritable } from './diskWords.node';
import { CodedError } from './errors';
import { aboutGiven } from './givenFiles.node';
import { VAE_FACTOR } from './graph/vae';
import { ignoredNote } from './lora/ignored';
import { STAGE_NAMES } from './manifest';
import { type DiskOptions, diskOptions, fromCaller, openDisk } from './openDisk.node';
import { stageGraph } from './pack';
import { planModel } from './planModel';
import { conversionProgress } from './progressLine.node';
import { WEIGHT_FORMS, type WeightForm } from './quantize/weightForm';
import { replaceModel } from './replaceModel.node';
import type { StageSize } from './stage';
import { untilStopped } from './untilStopped.node';

/** Bad arguments and bad models end with one line on stderr and exit code 2, Ctrl-C with 130. */
export async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    console.error(`usage: npm run convert -- ${USAGE}`);
    return 0;
  }
  try {
    const { source, out, ...rest } = parseArguments(args);
    await untilStopped((signal) => convert(source, out, rest, signal));
    return 0;
  } catch (thrown) {
    const error = aboutGiven(thrown, args);
    if (!(error instanceof CodedError)) throw error;
    console.error(error.message);
    return error.code === 'aborted' ? 130 : 2;
  }
}

interface Sizes {
  /** Pixels; the model's own size where absent. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly batch: number;
}

/** Writes everything, or leaves what was in `out` as it was. */
export async function convert(
  source: string,
  out: string,
  { sizes: { width, height, batch }, options, weights }: Omit<Arguments, 'source' | 'out'>,
  signal: AbortSignal,
): Promise<void> {
  const checkpoint = await openDisk(source, options);
  const ignored = ignoredNote(checkpoint);
  if (ignored) console.error(ignored);
  const manifest = planModel(checkpoint, weights);
  const own = manifest.description.unet.sampleSize * VAE_FACTOR;
  const size: StageSize = { batch, width: (width ?? own) / VAE_FACTOR, height: (height ?? own) / VAE_FACTOR };
  const progress = conversionProgress(process.stderr);
  try {
    await replaceModel(out, async (part) => {
      const stages: Record<string, { readonly bytes: number; readonly sha256: string }> = {};
      for (const stage of STAGE_NAMES) {
        const { tensors } = manifest.stages[stage];
        const graph = stageGraph(manifest.description, stage, size, tensors, { weightsFile: `${stage}.weights` });
        await writeFile(join(part, `${stage}.onnx`), graph);
        stages[stage] = { bytes: graph.length, sha256: createHash('sha256').update(graph).digest('hex') };
      }
      // For a host, which has no other way to know what they are for (bridge-android).
      const pixels = { width: size.width * VAE_FACTOR, height: size.height * VAE_FACTOR };
      const id = await writeConverted(checkpoint, manifest, part, progress.show, signal);
      await writeFile(join(part, 'stages.json'), JSON.stringify({ id, batch, ...pixels, stages }));
    });
  } catch (error) {
    throw unwritable('--out', out, error);
  } finally {
    progress.end();
  }
}

interface Arguments {
  readonly source: string;
  readonly out: string;
  readonly sizes: Sizes;
  readonly options: DiskOptions;
  readonly weights: WeightForm;
}

function parseArguments(args: readonly string[]): Arguments {
  const { values, positionals } = readOptions(args, OPTIONS, USAGE);
  const [source, ...more] = positionals;
  if (!source || more.length > 0) {
    throw badArgument('SOURCE', 'one folder or file', positionals.join(' | '));
  }
  if (!values.out) throw badArgument('--out', 'a folder', 'nothing');
  const batch = values.batch ?? '1';
  const weights = values.weights ?? 'exact';
  if (!WEIGHT_FORMS.some((form) => form === weights))
    throw badArgument('--weights', `one of ${WEIGHT_FORMS.join(', ')}`, weights);
  if (batch !== '1' && batch !== '2') throw badArgument('--batch', '1 or 2', batch);
  return {
    source: fromCaller(source),
    out: fromCaller(values.out),
    sizes: {
      width: pixels('--width', values.width),
      height: pixels('--height', values.height),
      batch: Number(batch),
    },
    options: diskOptions(values),
    weights: weights as WeightForm,
  };
}

const text = { type: 'string' } as const;
const OPTIONS = {
  out: text,
  width: text,
  height: text,
  batch: text,
  vae: text,
  lora: { ...text, multiple: true },
  prediction: text,
  weights: text,
} as const;
const USAGE =
  'SOURCE --out DIR [--width N] [--height N] [--batch 1|2] [--vae FILE] [--lora FILE[:W]] [--prediction TYPE] [--weights FORM]';

function pixels(name: string, text: string | undefined): number | undefined {
  const value = integerWord(name, text);
  if (value === undefined) return undefined;
  if (value < VAE_FACTOR || value > 2048 || value % VAE_FACTOR !== 0) {
    throw badArgument(name, `a multiple of ${VAE_FACTOR} from ${VAE_FACTOR} to 2048`, `${value}`);
  }
  return value;
}
