/** The demo model's networks and what they are asked while it draws. */
import { openDiffusersFolder } from '../../models/checkpoint';
import { diskFolder } from '../../models/folder.node';
import type { QnnForms } from '../../models/graph/qnn/qnnLayers';
import { qnnSegments } from '../../models/graph/qnn/qnnStage';
import { STAGE_NAMES } from '../../models/manifest';
import type { StageName } from '../../models/stage';
import { hostInputs } from '../../workers/backend/hostInputs';
import { nodeWasmBackend } from '../../workers/backend/ort.node';
import { checkpointModel } from '../../workers/model.checkpoint';
import { hostOf } from '../../workers/quantize/host';
import type { Tensors } from '../../workers/tensor';
import type { Network } from './quantizedStage';
import { recordedInputs } from './recordedInputs';

const MODEL = 'models/demo/model';
const PROMPTS = ['a red apple on a blue background', 'a castle in the snow at night', 'two penguins on the beach'];

/** Pictures are `width` × `height` pixels, the UNet is in at most `parts`. */
export async function demoNetworks(
  { width, height }: { readonly width: number; readonly height: number },
  parts: number,
  forms: QnnForms,
): Promise<Network[]> {
  const checkpoint = await openDiffusersFolder(await diskFolder(MODEL));
  const model = checkpointModel(checkpoint);
  const { calls, images } = await recordedInputs(model, nodeWasmBackend(), PROMPTS, { width, height });
  const host = hostOf(checkpoint);
  const asked = async (name: StageName): Promise<Tensors[]> => {
    const own = name === 'vae_encoder' ? images : calls[name];
    return Promise.all(own.map((inputs) => hostInputs(name, inputs, host)));
  };
  const size = { batch: 1, height: height / 8, width: width / 8 };
  const networks = STAGE_NAMES.map(async (name) => ({
    name,
    parts: qnnSegments(checkpoint.description, name, size, name === 'unet' ? parts : 1, forms),
    weights: checkpoint.weights(name),
    calls: await asked(name),
  }));
  return Promise.all(networks);
}
