/** A model that lies with a host (`backend/bridge`), and the host as what computes it: its manifest is here, its networks stay there. */
import { parseJson } from '../models/json';
import { checkManifest } from '../models/manifest';
import { checkNpuManifest } from '../models/npuManifestCheck';
import type { ModelDescription } from '../models/sd15';
import type { StageName } from '../models/stage';
import type { HostBackendName } from './api';
import type { HostClient } from './backend/bridge/client';
import { hostBackend, hostedFile } from './backend/bridge/hostBackend';
import type { HostModel } from './backend/bridge/status';
import { hostedBackend } from './backend/hostInputs';
import { CodedError } from './errors';
import type { Model } from './model';
import type { Parts } from './openStage';

/** `offered` out of the host's status, to be computed by `name`. Rejects as `describe` does, or with `bad-model` for its manifest. */
export async function hostedParts(client: HostClient, offered: HostModel, name: HostBackendName): Promise<Parts> {
  const described = await client.describe(offered.model);
  const manifest = parseJson(offered.name, described.manifest);
  const backend = (description: ModelDescription) => hostBackend(client, offered.model, name, description);
  if (described.form === 'onnx') {
    const { stages, ...model } = checkManifest(manifest);
    const known = hosted(offered.name, model, (stage) => stages[stage].bytes);
    return { model: known, backend: backend(model.description) };
  }
  const { stages, ...model } = checkNpuManifest(manifest);
  const bytes = (stage: StageName): number =>
    stages.find((one) => one.stage === stage)?.parts.reduce((sum, { weights }) => sum + weights.bytes, 0) ?? 0;
  const { description } = model;
  const { unet } = description;
  const embeddings = (ids: Int32Array): Promise<Float32Array> => client.embed(offered.model, ids);
  return {
    model: hosted(offered.name, model, bytes),
    backend: hostedBackend(backend(description), { unet, embeddings }),
  };
}

const hosted = (
  name: string,
  { description, tokenizer }: Pick<Model, 'description' | 'tokenizer'>,
  bytes: Model['bytes'],
): Model => ({
  ...{ name, description, tokenizer, bytes },
  file: async (stage, size) => hostedFile(stage, size),
  // A host has memory of its own, and its graphs whole.
  segments: (stage) =>
    Promise.reject(
      new CodedError('unsupported-model', { argument: stage, expected: 'to be opened whole', got: 'segments' }),
    ),
});
