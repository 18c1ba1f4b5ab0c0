/** A model quantized, from the first picture that calibrates it to the last file. */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { badArgument } from '../../models/commandLine.node';
import { unwritable } from '../../models/diskWords.node';
import { VAE_FACTOR } from '../../models/graph/vae';
import { makeFolder } from '../../models/makeFolder.node';
import { modelPath, openDisk } from '../../models/openDisk.node';
import { computing } from '../backend/computing.node';
import { nodeDevice } from '../memory/device.node';
import { nativeSize } from '../model';
import { fourBitKernels, type QuantizeArguments } from './arguments.node';
import { modelFingerprint } from './modelFingerprint.node';
import { Quantization } from './quantization.node';
import { replaceOutputs } from './replacedOutputs.node';
import { chosenSensitivity, sensitivityBytes } from './sensitivityRoom';

/** Goes up when the same words would be rounded to other integers: what was begun before is not gone on with. */
const ROUNDING_VERSION = 2;

/** Writes all that `given` asks for; resolves to the paths of what was written. */
export async function quantizeModel(given: QuantizeArguments, signal: AbortSignal): Promise<string[]> {
  const path = modelPath(given.model);
  const checkpoint = await openDisk(path, given.options);
  const native = nativeSize(checkpoint.description);
  const sizes = given.sizes.length > 0 ? given.sizes : [{ width: native, height: native }];
  refuseWithin(path, given.out);
  const { width, height } = sizes[0]!;
  const latents = { batch: 1, width: width / VAE_FACTOR, height: height / VAE_FACTOR };
  const needed = () => sensitivityBytes(checkpoint, latents);
  const { calls: sensitivity, note } = chosenSensitivity(given, needed, () => nodeDevice().heapBytes);
  const model = await modelFingerprint(path, given.options, checkpoint);
  const facts = [ROUNDING_VERSION, model, roundingOf(given), sizes];
  const key = createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16);
  const work = join(given.out, `.work-${key}`);
  await makeFolder(work).catch((error) => {
    throw unwritable('--out', given.out, error);
  });
  const run = new Quantization(checkpoint, { ...given, sensitivity }, await computing(given.engine), work, signal);
  if (note) run.progress.note(note);
  const began = performance.now();
  try {
    // What a stop left there is written anew, or was of other sizes.
    await rm(run.made, { recursive: true, force: true });
    const said = await run.finish(await run.networks(sizes));
    await replaceOutputs(run.made, given.out);
    await rm(work, { recursive: true, force: true });
    run.progress.note(cost(performance.now() - began));
    return said.map((name) => join(given.out, name));
  } catch (error) {
    throw unwritable('--out', given.out, error);
  } finally {
    run.progress.end();
  }
}

/** What it took, of this process alone; where something was stopped and goes on, since then. */
function cost(milliseconds: number): string {
  const gigabytes = (process.resourceUsage().maxRSS * 1024) / 1e9;
  return `took ${(milliseconds / 60_000).toFixed(1)} minutes and ${gigabytes.toFixed(2)} GB of memory at most`;
}

/** What decides which integers come out; with the rest as it may be, what is done already still holds. */
function roundingOf({
  format,
  rounding,
  clipping,
  prompts,
  steps,
  samples,
  places,
  domains,
  asymmetric,
  biasCorrection,
  heads,
  momentBytes,
}: QuantizeArguments) {
  const { iterations, ...method } = rounding;
  return {
    ...method,
    iterations: method.rounding === 'adaround' ? iterations : 0,
    bits: format.slice(0, 2),
    kernels: fourBitKernels(format),
    clipping: format === 'w8a8' ? clipping : 'room',
    drawn: { prompts, steps, samples, domains },
    places,
    asymmetric,
    biasCorrection,
    // Ranges are by the names of what is drawn.
    heads,
    momentBytes,
  };
}

/** The model is told again by its files: what is written among them would make it another. */
function refuseWithin(model: string, out: string): void {
  const below = relative(model, out);
  if (below !== '' && (below.startsWith('..') || isAbsolute(below))) return;
  throw badArgument('--out', 'a folder outside the model’s', out);
}
