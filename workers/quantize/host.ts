/** What stands before a checkpoint's graphs for NPUs, and what a prompt hands to it. */
import type { Checkpoint } from '../../models/checkpoint';
import { roundedToNearest } from '../../models/quantize/integerWeights';
import { type Host, tableOfTokens } from '../backend/hostInputs';
import type { Tensors } from '../tensor';
import { encodePrompt } from '../text/prompt';
import { ClipTokenizer } from '../text/tokenizer';

/** The checkpoint's name of the token embeddings. */
export const TOKEN_TABLE = 'text_model.embeddings.token_embedding.weight';

/** Its table of tokens as it is. */
export function hostOf({
  description: { unet, textEncoder },
  weights,
}: Pick<Checkpoint, 'description' | 'weights'>): Host {
  const table = () => roundedToNearest(weights('text_encoder'), () => 8).floats(TOKEN_TABLE);
  return { unet, embeddings: tableOfTokens(textEncoder.hiddenSize, table) };
}

/** What the pipeline's text encoder is asked for each of `prompts`. */
export function promptCalls(
  { description, tokenizer: files }: Pick<Checkpoint, 'description' | 'tokenizer'>,
  prompts: readonly string[],
): Tensors[] {
  const tokenizer = new ClipTokenizer(files);
  const length = description.textEncoder.maxPositionEmbeddings;
  return prompts.map((prompt) => {
    const data = encodePrompt(tokenizer, prompt, length).ids;
    return { input_ids: { type: 'int32', shape: [1, length], data } };
  });
}
