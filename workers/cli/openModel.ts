/** What `--model` names, ready to draw with: the demo model, a converted folder, or a checkpoint that is converted once. */
import type { Checkpoint } from '../../models/checkpoint';
import { badArgument } from '../../models/commandLine.node';
import type { Steerer } from '../../models/control/openSteerer';
import { isConverted, openConverted } from '../../models/convertedFolder.node';
import { onDisk } from '../../models/lora/aside.node';
import { ignoredNote } from '../../models/lora/ignored';
import { withLoras } from '../../models/lora/withLoras';
import { type Manifest, STAGE_NAMES } from '../../models/manifest';
import { diskFiles, modelPath, openDisk } from '../../models/openDisk.node';
import { conversionProgress } from '../../models/progressLine.node';
import { asRead } from '../../models/quantize/folded';
import type { WeightForm } from '../../models/quantize/weightForm';
import type { Folder } from '../../models/source';
import { weightsInTemporaryFile } from '../../models/stageWeights.node';
import type { ImageRequest, SavingRequest } from '../api';
import { hiresIn } from '../hires';
import type { NamedChoice } from '../loras';
import { nodeDevice } from '../memory/device.node';
import { planFor } from '../memory/formFor';
import type { Model } from '../model';
import { changedModel } from '../model.changed';
import { checkpointModel } from '../model.checkpoint';
import { packedModel } from '../model.packed';
import { opensAgain } from '../opensAgain';
import type { CliArguments } from './arguments';
import { conversionsFolder, convertedOnce } from './conversions';
import { given as defined } from './given';
import { plannedBeside } from './steered';

/** Below this many bytes of weights, converting takes no longer than looking for what was kept. */
const WORTH_KEEPING_BYTES = 256 * 1024 * 1024;

export interface OpenedModel {
  readonly manifest: Manifest;
  readonly model: Model;
  /** Gives up what was made for it, once nothing is drawn any more. */
  close?(): void;
}

/** What is to be drawn, as it is opened for: with all that `--fast` adds to the request, and what steers it. */
export interface OpenedFor extends Omit<CliArguments, 'request'> {
  readonly request: ImageRequest;
  readonly steerers: readonly Steerer[];
}

/**
 * Rejects with `bad-model`, `unsupported-model` or `storage-full`. Says on stderr what it leaves out or keeps. `loras` are added to
 * the weights when these are opened, so that a conversion serves any of them; but before they are rounded to integers where a
 * checkpoint is at hand, which is better than after it.
 */
export async function openModel(
  given: OpenedFor,
  loras: readonly NamedChoice[],
  signal: AbortSignal,
): Promise<OpenedModel> {
  const { model, options, width, height, request, steerers } = given;
  const path = modelPath(model);
  if (await isConverted(path)) {
    const { manifest, weights } = await openConverted(path);
    refuseWhatIsDone(options, given.weights, manifest);
    return withThem({ manifest: await asRead(manifest), model: packedModel(model, manifest, weights) }, loras, request);
  }
  // Eight bits are what our own kernels compute in: wider weights would be rounded each time anew.
  const rounded = given.weights === 'auto' && given.backend === 'wasm-int8';
  const asked = rounded ? 'int8' : given.weights;
  const bare = await openDisk(path, options);
  const steeredBy = (plan: Manifest) => plannedBeside(steerers, plan);
  const drawn = { ...hiresIn(request), ...savingIn(request), width, height, steeredBy };
  const manifest = planFor(bare, asked, nodeDevice(), drawn);
  const merged = mergedInto(manifest.weights, loras);
  const checkpoint = await withLoras(bare, merged);
  sayIgnored(checkpoint);
  const opened = await openCheckpoint(
    { ...checkpoint, name: model === 'demo' ? model : checkpoint.name },
    { manifest, given: { ...given, weights: asked }, merged },
    signal,
  );
  return merged.length > 0 ? opened : withThem(opened, loras, request);
}

/** Those that go into a conversion to `form`; one of weight 0 makes no other of it. */
export function mergedInto(form: WeightForm, loras: readonly NamedChoice[]): NamedChoice[] {
  if (form !== 'int8' && form !== 'int4') return [];
  return loras.filter(({ weight, textEncoderWeight = weight }) => weight !== 0 || textEncoderWeight !== 0);
}

const savingIn = ({ cacheInterval, cacheBranch, tokenMergingRatio }: SavingRequest): SavingRequest =>
  defined({ cacheInterval, cacheBranch, tokenMergingRatio });

function sayIgnored(found: { readonly ignored?: readonly string[] }): void {
  const note = ignoredNote(found);
  if (note) console.error(note);
}

async function withThem(
  { manifest, model }: OpenedModel,
  loras: readonly NamedChoice[],
  request: ImageRequest,
): Promise<OpenedModel> {
  if (loras.length === 0) return { manifest, model };
  const changed = await changedModel(model, manifest, loras, onDisk, opensAgain(request) ? 'again' : 'once');
  sayIgnored(changed);
  return { manifest, model: changed.model, close: changed.close };
}

interface Opening {
  readonly manifest: Manifest;
  readonly given: Omit<CliArguments, 'request'>;
  /** What tells this conversion from another. */
  readonly merged: readonly NamedChoice[];
}

async function openCheckpoint(
  checkpoint: Checkpoint,
  { manifest, given: { model, options, weights: asked }, merged }: Opening,
  signal: AbortSignal,
): Promise<OpenedModel> {
  if (asked === 'auto' && manifest.weights !== 'exact') {
    console.error(
      `note: weights are held as ${manifest.weights}: the checkpoint's own numbers do not fit this machine's memory`,
    );
  }
  const bytes = STAGE_NAMES.reduce((sum, stage) => sum + manifest.stages[stage].bytes, 0);
  if (bytes < WORTH_KEEPING_BYTES)
    return { manifest, model: checkpointModel(checkpoint, manifest, weightsInTemporaryFile) };

  const progress = conversionProgress(process.stderr);
  try {
    const conversion = { checkpoint, manifest, files: withFiles(await diskFiles(modelPath(model), options), merged) };
    const converted = await convertedOnce(conversion, conversionsFolder(), progress.show, signal);
    progress.end();
    if (converted.fresh) console.error(`note: converted once, kept for the next time in ${converted.path}`);
    const kept = converted.manifest;
    return { manifest: kept, model: packedModel(checkpoint.name, kept, converted.weights) };
  } finally {
    progress.end();
  }
}

/** `folder` and the files of `loras`, under their place and weight. */
export function withFiles(folder: Folder, loras: readonly NamedChoice[]): Folder {
  const files = new Map(
    loras.map(({ source, weight, textEncoderWeight = weight }, i) => [
      `lora ${i} × ${weight}, ${textEncoderWeight}`,
      source,
    ]),
  );
  return {
    ...folder,
    paths: () => [...folder.paths(), ...files.keys()].sort(),
    file: async (name) => files.get(name) ?? folder.file(name),
  };
}

/** What goes into a conversion cannot be had of one that is made. */
function refuseWhatIsDone({ vae, predictionType }: CliArguments['options'], asked: string, manifest: Manifest): void {
  const got = 'a folder that is converted already';
  const refuse = (option: string): never => {
    throw badArgument(option, 'the checkpoint itself as --model', got);
  };
  if (vae !== undefined) refuse('--vae');
  if (predictionType !== undefined) refuse('--prediction');
  if (asked !== 'auto' && asked !== manifest.weights) throw badArgument('--weights', manifest.weights, asked);
}
