/**
 * What CLIP's tokenizer does to a text before it looks at it: NFC, then lower case, one code point at a time (so no
 * final sigma). `CLIPTokenizer` of transformers 5.23, its `normalizers.Sequence`; that one also folds runs of white
 * space to one blank, which nothing after it can see. Here every character remembers where it came from.
 */
import { NOT_YET_COMPOSING } from './unicode';

export interface Normalized {
  readonly text: string;
  /** `origins[i]` is the index in the original of what became the UTF-16 unit `text[i]`. */
  readonly origins: readonly number[];
}

/** A character with the marks and jamo that NFC may fuse with it: what lies between two of these never interacts. */
const CLUSTER = new RegExp(
  `[${NOT_YET_COMPOSING}]|[^${NOT_YET_COMPOSING}](?:(?![${NOT_YET_COMPOSING}])[\\p{M}\\u1160-\\u11ff])*`,
  'gsu',
);

/** `text` normalized; `start` is where it stands in the original. */
export function normalize(text: string, start = 0): Normalized {
  const origins: number[] = [];
  let normalized = '';
  for (const { 0: cluster, index } of text.matchAll(CLUSTER)) {
    const composed = cluster.normalize('NFC');
    let at = start + index;
    for (const character of composed) {
      const lower = character.toLowerCase();
      normalized += lower;
      for (let i = 0; i < lower.length; i++) origins.push(at);
      if (composed === cluster) at += character.length;
    }
  }
  return { text: normalized, origins };
}
