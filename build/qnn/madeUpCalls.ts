/** What networks are asked where nothing is drawn: made-up numbers, the same each time. */
import { TOKENS } from '../../models/configs/textEncoderConfig';
import { timeProjection, tokenEmbeddings } from '../../models/graph/qnn/hostInputs';
import type { ModelDescription } from '../../models/sd15';
import type { StageName, StageSize } from '../../models/stage';
import type { Tensor, Tensors } from '../../workers/tensor';

const TIMESTEPS = [981, 21];

/** The inputs of each call of a stage; `tokenTable` is the model's, row by row. */
export async function madeUpCalls(
  { unet, textEncoder, vae }: ModelDescription,
  tokenTable: () => Promise<Float32Array>,
  stage: StageName,
  size: StageSize,
): Promise<Tensors[]> {
  const { height, width } = size;
  const normal = normals();
  switch (stage) {
    case 'text_encoder': {
      const table = await tokenTable();
      const ids = Int32Array.from({ length: TOKENS }, (_, i) => (i * 7919) % textEncoder.vocabSize);
      const data = tokenEmbeddings(table, textEncoder.hiddenSize, ids);
      return [{ token_embeddings: { type: 'float32', shape: [1, TOKENS, textEncoder.hiddenSize], data } }];
    }
    case 'unet':
      return TIMESTEPS.map((timestep) => ({
        sample: normalTensor(normal, [1, unet.inChannels, height, width]),
        encoder_hidden_states: normalTensor(normal, [1, TOKENS, unet.crossAttentionDim]),
        time_proj: { type: 'float32', shape: [1, unet.blockOutChannels[0]!], data: timeProjection(unet, timestep) },
      }));
    case 'vae_decoder':
      return [{ latents: normalTensor(normal, [1, vae.latentChannels, height, width], 1 / vae.scalingFactor) }];
    case 'vae_encoder':
      return [{ image: normalTensor(normal, [1, vae.inChannels, 8 * height, 8 * width], 0.5) }];
  }
}

export function normalTensor(normal: () => number, shape: readonly number[], deviation = 1): Tensor {
  const count = shape.reduce((product, side) => product * side, 1);
  return { type: 'float32', shape, data: Float32Array.from({ length: count }, () => deviation * normal()) };
}

/** Standard normals, about (the sum of twelve uniform numbers). */
export function normals(): () => number {
  let state = 1;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += uniform();
    return sum;
  };
}
