/** A model whose VAE a tiny one stands in for: nothing else of it changes, and nothing is converted. */
import { pickedSource } from '../models/folder.picked';
import type { Manifest } from '../models/manifest';
import { type GraphOptions, packedBytes, planStage } from '../models/pack';
import { badModel } from '../models/refuse';
import type { ByteSource, Folder } from '../models/source';
import type { StageName } from '../models/stage';
import { openTinyVae, TINY_STAGES, type TinyVae, withTinyVae } from '../models/tinyVae/openTinyVae';
import type { TinyVaeChoice, TinyVaeUse } from './api';
import type { FetchDemo } from './demo';
import { CodedError } from './errors';
import type { Model } from './model';
import { checkpointModel } from './model.checkpoint';

/** Where the tiny VAE of the demo model lies. */
export type DemoTinyVae = () => Promise<Folder | ByteSource>;

/** What is chosen, opened. Rejects as `openTinyVae` does. */
export async function chosenTinyVae({ file }: TinyVaeChoice, demo: DemoTinyVae): Promise<TinyVae> {
  return openTinyVae(file === 'demo' ? await demo() : pickedSource(file.path, file.file));
}

/** Its files. */
const FILES = ['config.json', 'diffusion_pytorch_model.safetensors'];

/** The demo model's by `fetchDemo`, which asks for a file of its folder. Rejects with `download-failed`. */
export const fetchedTinyVae = (fetchDemo: FetchDemo, signal: AbortSignal): Folder => ({
  ...{ name: 'tiny_vae', place: 'demo/tiny_vae', paths: () => FILES },
  async file(path) {
    const argument = `tiny_vae/${path}`;
    const failed = (got: string): never => {
      throw new CodedError('download-failed', { argument, expected: "a file of the demo model's tiny VAE", got });
    };
    const response = await fetchDemo(argument, signal).catch((thrown: unknown) => failed(String(thrown)));
    if (!response.ok) return failed(`HTTP ${response.status}`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const read = async (start: number, end: number): Promise<Uint8Array> => {
      if (end > bytes.length) throw badModel(argument, `bytes ${start} to ${end}`, `an end at ${bytes.length}`);
      return bytes.slice(start, end);
    };
    return { name: path, size: bytes.length, read };
  },
});

/** A model with a tiny VAE: the manifest to plan by, and the model to draw with. */
export interface StandIn {
  readonly manifest: Manifest;
  readonly tiny: TinyVae;
  model(own: Model, lowering?: GraphOptions): Model;
}

/** What is chosen beside the model of `manifest`. */
export async function standIn(choice: TinyVaeChoice, manifest: Manifest, demo: DemoTinyVae): Promise<StandIn> {
  const tiny = await chosenTinyVae(choice, demo);
  const changed = tinyManifest(manifest, tiny, choice.use);
  return { manifest: changed, tiny, model: (own, lowering) => tinyModel(own, tiny, changed, choice.use, lowering) };
}

/** `manifest` with the stages of `tiny` in the place of the model's: what a plan counts with. */
export function tinyManifest(manifest: Manifest, tiny: TinyVae, use: TinyVaeUse = 'decoding'): Manifest {
  const description = withTinyVae(manifest.description, tiny, use);
  const stages = TINY_STAGES[use].map((stage) => {
    const tensors = planStage(description, stage, tiny.source);
    return [stage, { bytes: packedBytes(tensors), tensors }] as const;
  });
  return { ...manifest, description, stages: { ...manifest.stages, ...Object.fromEntries(stages) } };
}

/** `model` with the stages of `tiny` that `manifest` was made with. */
export function tinyModel(
  model: Model,
  tiny: TinyVae,
  manifest: Manifest,
  use: TinyVaeUse = 'decoding',
  lowering: GraphOptions = {},
): Model {
  const { description, tokenizer } = manifest;
  const checkpoint = { name: model.name, description, tokenizer, weights: () => tiny.source };
  const own = checkpointModel(checkpoint, manifest, undefined, lowering);
  const of = (stage: StageName): Model => (TINY_STAGES[use].includes(stage) ? own : model);
  return {
    ...model,
    description,
    bytes: (stage) => of(stage).bytes(stage),
    file: (stage, ...how) => of(stage).file(stage, ...how),
    segments: (stage, ...how) => of(stage).segments(stage, ...how),
  };
}
