/**
 * A prompt as the text encoder takes it: start, tokens, end, padding. As `StableDiffusionPipeline.encode_prompt` of
 * diffusers 0.42.1 asks of the tokenizer: `padding='max_length', truncation=True`; SD 1.x pads with the end token.
 */
import type { ClipTokenizer } from './tokenizer';

export interface EncodedPrompt {
  /** `[length]`. */
  readonly ids: Int32Array;
  /** Real tokens, start and end included; what comes after them is padding. */
  readonly tokens: number;
  /** The tail of the text that did not fit, from the character of the first token left out, trimmed; or empty. */
  readonly cut: string;
}

/** `length` is the encoder's number of positions, 77 in SD 1.x, start and end included. */
export function encodePrompt(
  tokenizer: ClipTokenizer,
  text: string,
  length = 77,
  pad: number = tokenizer.end,
): EncodedPrompt {
  const all = tokenizer.encode(text);
  const room = length - 2;
  const kept = all.slice(0, room).map(({ id }) => id);
  const firstCut = all[room];
  const ids = new Int32Array(length).fill(pad);
  ids.set([tokenizer.start, ...kept, tokenizer.end]);
  return { ids, tokens: kept.length + 2, cut: firstCut ? text.slice(firstCut.start).trim() : '' };
}
