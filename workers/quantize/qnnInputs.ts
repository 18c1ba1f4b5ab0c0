/** The inputs of a model's graphs for QNN from those of the pipeline's own networks. */
import type { Checkpoint } from '../../models/checkpoint';
import { timeProjection, tokenEmbeddings } from '../../models/graph/qnn/hostInputs';
import type { IntegerWeights } from '../../models/quantize/integerWeights';
import type { Tensor, Tensors } from '../tensor';
import { encodePrompt } from '../text/prompt';
import { ClipTokenizer } from '../text/tokenizer';

/** The checkpoint's name of the token embeddings. */
export const TOKEN_TABLE = 'text_model.embeddings.token_embedding.weight';

/** `timestep` `[1]` as `time_proj`. */
export function unetInputs({ description: { unet } }: Checkpoint, { timestep, ...others }: Tensors): Tensors {
  const data = timeProjection(unet, timestep!.data[0]!);
  return { ...others, time_proj: { type: 'float32', shape: [1, data.length], data } };
}

/** `token_embeddings` of each of `prompts`, tokenized as the pipeline does. */
export async function promptInputs(
  { description: { textEncoder }, tokenizer: files }: Checkpoint,
  weights: IntegerWeights,
  prompts: readonly string[],
): Promise<Tensors[]> {
  const tokenizer = new ClipTokenizer(files);
  const table = await weights.floats(TOKEN_TABLE);
  const { hiddenSize: width, maxPositionEmbeddings: length } = textEncoder;
  return prompts.map((prompt) => {
    const data = tokenEmbeddings(table, width, encodePrompt(tokenizer, prompt, length).ids);
    const token_embeddings: Tensor = { type: 'float32', shape: [1, length, width], data };
    return { token_embeddings };
  });
}
