/** A model that lies with a host (`backend/bridge`): its manifest is here, its networks stay there. */
import { parseJson } from '../models/json';
import { checkManifest } from '../models/manifest';
import type { HostClient } from './backend/bridge/client';
import { hostedFile } from './backend/bridge/hostBackend';
import type { HostModel } from './backend/bridge/status';
import { CodedError } from './errors';
import type { Model } from './model';

/** `offered` out of the host's status, of form `onnx`. Rejects as `describe` does, or with `bad-model` for its manifest. */
export async function hostedModel(client: HostClient, offered: HostModel): Promise<Model> {
  const { form, manifest } = await client.describe(offered.model);
  if (form !== 'onnx') throw cannot(offered.name, 'a model of form onnx', form);
  const { description, tokenizer, stages } = checkManifest(parseJson(offered.name, manifest));
  return {
    ...{ name: offered.name, description, tokenizer },
    bytes: (stage) => stages[stage].bytes,
    file: async (stage, size) => hostedFile(stage, size),
    // A host has memory of its own, and its graphs whole.
    segments: (stage) => Promise.reject(cannot(stage, 'to be opened whole', 'segments')),
  };
}

const cannot = (argument: string, expected: string, got: string): CodedError =>
  new CodedError('unsupported-model', { argument, expected, got });
