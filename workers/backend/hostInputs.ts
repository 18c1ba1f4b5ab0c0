/**
 * Graphs for NPUs behind the contract of the pipeline's own networks (`models/stage.ts`): the table of tokens and the
 * sinusoids of the timestep, which those graphs leave to whoever runs them, are computed here.
 */
import { timeProjection, tokenEmbeddings } from '../../models/graph/qnn/hostInputs';
import type { UNetConfig } from '../../models/sd15';
import type { StageName } from '../../models/stage';
import type { Tensor, Tensors } from '../tensor';
import type { Backend, Stage } from './backend';

/** What stands before the graphs of a model. */
export interface Host {
  readonly unet: UNetConfig;
  /** The rows of the token table that `ids` name, one after another: `[ids.length, D]`. */
  readonly embeddings: (ids: Int32Array) => Promise<Float32Array>;
}

/** `backend`, given graphs for NPUs, as one that takes `timestep` and `input_ids`. */
export function hostedBackend(backend: Backend, host: Host): Backend {
  return {
    name: backend.name,
    heapBytes: () => backend.heapBytes(),
    open: async (file, ...how) => hosted(await backend.open(file, ...how), file.name, host),
  };
}

function hosted(stage: Stage, name: StageName, host: Host): Stage {
  const { runEach } = stage;
  return {
    run: async (inputs) => stage.run(await hostInputs(name, inputs, host)),
    ...(runEach && {
      runEach: async (all) => runEach.call(stage, await Promise.all(all.map((each) => hostInputs(name, each, host)))),
    }),
    close: () => stage.close(),
  };
}

/** The inputs of a model's graph for NPUs from `inputs` of the pipeline's own network of this `name`. */
export async function hostInputs(name: StageName, inputs: Tensors, { unet, embeddings }: Host): Promise<Tensors> {
  if (name === 'unet') {
    const { timestep, ...others } = inputs;
    const data = timeProjection(unet, timestep!.data[0]!);
    return { ...others, time_proj: { type: 'float32', shape: [1, data.length], data } };
  }
  if (name !== 'text_encoder') return inputs;
  const { input_ids, ...others } = inputs;
  const { shape, data: ids } = input_ids as Extract<Tensor, { type: 'int32' }>;
  const data = await embeddings(ids);
  return { ...others, token_embeddings: { type: 'float32', shape: [...shape, data.length / ids.length], data } };
}

/** `Host.embeddings` over a whole table `[vocabulary, width]`, read when it is first asked for. */
export function tableOfTokens(width: number, read: () => Promise<Float32Array>): Host['embeddings'] {
  let table: Promise<Float32Array> | undefined;
  return async (ids) => {
    table ??= read();
    return tokenEmbeddings(await table, width, ids);
  };
}
