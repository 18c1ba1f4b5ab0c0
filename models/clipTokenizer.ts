/**
 * The tokenizer of every Stable Diffusion 1.x model, for checkpoints that come without one: OpenAI CLIP's vocabulary, which
 * lies in the demo model's `tokenizer` folder (`CLIP_TOKENIZER_HOME`) and is read from there only when it is needed.
 */

import type { TokenizerFiles } from './manifest';
import { badModel } from './refuse';
import type { Folder } from './source';
import { readTokenizer } from './tokenizerFiles';

/** The folder whose `tokenizer` is CLIP's, below the repository's root; the page's build has it as `demo`. */
export const CLIP_TOKENIZER_HOME = 'models/demo/model';

/** Its files, for whoever must fetch them one by one. */
export const CLIP_TOKENIZER_FILES = ['tokenizer/vocab.json', 'tokenizer/merges.txt'] as const;

/** Tokens of CLIP's vocabulary, start and end included. */
const TOKENS = 49_408;

/** Reads it from `home`. `bad-model` where a file is missing or cut short. */
export async function clipTokenizer(home: Folder): Promise<TokenizerFiles> {
  const files = await readTokenizer(home, TOKENS);
  const tokens = Object.keys(files.vocab).length;
  if (tokens !== TOKENS) throw badModel(CLIP_TOKENIZER_FILES[0], `${TOKENS} tokens`, `${tokens}`);
  // A merge for each token but the bytes, the bytes that end a word, the start and the end; after a line of version.
  const merges = files.merges
    .split('\n')
    .filter((line) => /^\S+ \S+$/.test(line) && !line.startsWith('#version')).length;
  const expected = TOKENS - 2 * 256 - 2;
  if (merges < expected) throw badModel(CLIP_TOKENIZER_FILES[1], `${expected} merges`, `${merges}`);
  return files;
}
