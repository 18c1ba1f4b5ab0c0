/** The demo model's networks and what they are asked while it draws. */
import { type Checkpoint, openDiffusersFolder } from '../../models/checkpoint';
import { diskFolder } from '../../models/folder.node';
import { timeProjection, tokenEmbeddings } from '../../models/graph/qnn/hostInputs';
import type { LinearForm } from '../../models/graph/qnn/linear';
import { qnnSegments } from '../../models/graph/qnn/qnnStage';
import { STAGE_NAMES } from '../../models/manifest';
import { roundedToNearest } from '../../models/quantize/integerWeights';
import type { StageName } from '../../models/stage';
import { nodeWasmBackend } from '../../workers/backend/ort.node';
import { checkpointModel } from '../../workers/model.checkpoint';
import type { Tensor, Tensors } from '../../workers/tensor';
import type { Network } from './quantizedStage';
import { recordedInputs } from './recordedInputs';

const MODEL = 'models/demo/model';
const PROMPTS = ['a red apple on a blue background', 'a castle in the snow at night', 'two penguins on the beach'];

/** Pictures are `width` × `height` pixels, the UNet is in at most `parts`. */
export async function demoNetworks(
  { width, height }: { readonly width: number; readonly height: number },
  parts: number,
  linear: LinearForm,
): Promise<Network[]> {
  const checkpoint = await openDiffusersFolder(await diskFolder(MODEL));
  const model = checkpointModel(checkpoint);
  const { calls, images } = await recordedInputs(model, nodeWasmBackend(), PROMPTS, { width, height });
  const asked: Record<StageName, Tensors[]> = {
    text_encoder: await withEmbeddings(checkpoint, calls.text_encoder),
    unet: calls.unet.map(({ timestep, ...others }) => ({ ...others, time_proj: timeProj(checkpoint, timestep!) })),
    vae_decoder: calls.vae_decoder,
    vae_encoder: images,
  };
  const size = { batch: 1, height: height / 8, width: width / 8 };
  return STAGE_NAMES.map((name) => ({
    name,
    parts: qnnSegments(checkpoint.description, name, size, name === 'unet' ? parts : 1, linear),
    weights: checkpoint.weights(name),
    calls: asked[name],
  }));
}

const timeProj = ({ description: { unet } }: Checkpoint, { data }: Tensor): Tensor => {
  return { type: 'float32', shape: [1, unet.blockOutChannels[0]!], data: timeProjection(unet, data[0]!) };
};

async function withEmbeddings(checkpoint: Checkpoint, calls: readonly Tensors[]): Promise<Tensors[]> {
  const width = checkpoint.description.textEncoder.hiddenSize;
  const from = roundedToNearest(checkpoint.weights('text_encoder'), () => 8);
  const table = await from.floats('text_model.embeddings.token_embedding.weight');
  return calls.map(({ input_ids }) => {
    const data = tokenEmbeddings(table, width, input_ids!.data as Int32Array);
    return { token_embeddings: { type: 'float32', shape: [...input_ids!.shape, width], data } };
  });
}
