/** What `--model` names, ready to draw with: the demo model, a converted folder, or a checkpoint that is converted once. */
import { badArgument } from '../../models/commandLine.node';
import { isConverted, openConverted } from '../../models/convertedFolder.node';
import { ignoredNote } from '../../models/lora/ignored';
import { type Manifest, STAGE_NAMES } from '../../models/manifest';
import { type DiskOptions, diskFiles, modelPath, openDisk } from '../../models/openDisk.node';
import { conversionProgress } from '../../models/progressLine.node';
import { weightsInTemporaryFile } from '../../models/stageWeights.node';
import { hiresIn } from '../hires';
import { nodeDevice } from '../memory/device.node';
import { planFor } from '../memory/formFor';
import type { Model } from '../model';
import { checkpointModel } from '../model.checkpoint';
import { packedModel } from '../model.packed';
import type { CliArguments } from './arguments';
import { conversionsFolder, convertedOnce } from './conversions';

/** Below this many bytes of weights, converting takes no longer than looking for what was kept. */
const WORTH_KEEPING_BYTES = 256 * 1024 * 1024;

export interface OpenedModel {
  readonly manifest: Manifest;
  readonly model: Model;
}

/** Rejects with `bad-model`, `unsupported-model` or `storage-full`. Says on stderr what it leaves out or keeps. */
export async function openModel(
  { model, options, weights: asked, width, height, request }: CliArguments,
  signal: AbortSignal,
): Promise<OpenedModel> {
  const path = modelPath(model);
  if (await isConverted(path)) {
    const { manifest, weights } = await openConverted(path);
    refuseWhatIsDone(options, asked, manifest);
    return { manifest, model: packedModel(model, manifest, weights) };
  }
  const checkpoint = await openDisk(path, options);
  const ignored = ignoredNote(checkpoint);
  if (ignored) console.error(ignored);
  const named = model === 'demo' ? { ...checkpoint, name: model } : checkpoint;
  const manifest = planFor(checkpoint, asked, nodeDevice(), { ...hiresIn(request), width, height });
  if (asked === 'auto' && manifest.weights !== 'exact') {
    console.error(
      `note: weights are held as ${manifest.weights}: the checkpoint's own numbers do not fit this machine's memory`,
    );
  }
  const bytes = STAGE_NAMES.reduce((sum, stage) => sum + manifest.stages[stage].bytes, 0);
  if (bytes < WORTH_KEEPING_BYTES) return { manifest, model: checkpointModel(named, manifest, weightsInTemporaryFile) };

  const progress = conversionProgress(process.stderr);
  try {
    const conversion = { checkpoint, manifest, files: await diskFiles(path, options) };
    const converted = await convertedOnce(conversion, conversionsFolder(), progress.show, signal);
    progress.end();
    if (converted.fresh) console.error(`note: converted once, kept for the next time in ${converted.path}`);
    const kept = converted.manifest;
    return { manifest: kept, model: packedModel(checkpoint.name, kept, converted.weights) };
  } finally {
    progress.end();
  }
}

/** What goes into a conversion cannot be had of one that is made. */
function refuseWhatIsDone({ vae, loras = [], predictionType }: DiskOptions, asked: string, manifest: Manifest): void {
  const got = 'a folder that is converted already';
  const refuse = (option: string): never => {
    throw badArgument(option, 'the checkpoint itself as --model', got);
  };
  if (vae !== undefined) refuse('--vae');
  if (loras.length > 0) refuse('--lora');
  if (predictionType !== undefined) refuse('--prediction');
  if (asked !== 'auto' && asked !== manifest.weights) throw badArgument('--weights', manifest.weights, asked);
}
