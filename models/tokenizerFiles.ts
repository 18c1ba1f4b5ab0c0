/** Reads the `tokenizer` folder: CLIP's byte-pair vocabulary and merges, as they are. */
import { ConfigFile, readText } from './configs/configFile';
import type { TokenizerFiles } from './manifest';
import type { Folder } from './source';

/** `bad-model` where a file is missing or an id has no row in a token table of `vocabSize`. */
export async function readTokenizer(folder: Folder, vocabSize: number): Promise<TokenizerFiles> {
  const vocab = await ConfigFile.open(folder, 'tokenizer/vocab.json');
  for (const [token, id] of Object.entries(vocab.json)) {
    if (!Number.isSafeInteger(id) || (id as number) < 0 || (id as number) >= vocabSize) {
      throw vocab.wrong(token, `an id below vocab_size ${vocabSize}`, id);
    }
  }
  return {
    vocab: vocab.json as Readonly<Record<string, number>>,
    merges: await readText(folder, 'tokenizer/merges.txt'),
  };
}
