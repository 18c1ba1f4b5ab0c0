/** How the words of `npm run generate` are to be read, and which learned words there are. */
import { basename } from 'node:path';
import { badArgument, integerWord } from '../../models/commandLine.node';
import { diskFile, fromCaller } from '../../models/openDisk.node';
import { openTensors } from '../../models/openTensors';
import type { Embedding, LongPrompts, PromptStyle, TextRequest } from '../api';
import { LONG_PROMPTS, PROMPT_STYLES } from '../request';

export const TEXT_USAGE = `\
  --prompt-style STYLE     ${PROMPT_STYLES.join(', ')}: a1111 reads (word:1.3), ((word)), [word], \\(, BREAK, [a:b:0.4], [a|b],
                           a AND b :0.5
                           as stable-diffusion-webui does; plain, as diffusers, takes them literally (default: plain)
  --long-prompts HOW       ${LONG_PROMPTS.join(', ')}: what does not fit into 77 tokens is left out, or goes into more chunks
                           of as many (default: cut, and with --prompt-style a1111 chunks)
  --clip-skip N            leave out the last N layers of the text encoder, as diffusers counts: 1 is what
                           stable-diffusion-webui calls 2 (default: 0)
  --embedding FILE[:NAME]  a textual inversion embedding, and the word for it (default: the file's name); several
                           times for several`;

const text = { type: 'string' } as const;
export const TEXT_OPTIONS = {
  'prompt-style': text,
  'long-prompts': text,
  'clip-skip': text,
  embedding: { ...text, multiple: true },
} as const;

/** An embedding by its path. */
export interface EmbeddingWord {
  readonly path: string;
  readonly name: string;
}

interface Words {
  readonly 'prompt-style'?: string | undefined;
  readonly 'long-prompts'?: string | undefined;
  readonly 'clip-skip'?: string | undefined;
  readonly embedding?: readonly string[] | undefined;
}

/** What is given of them. */
export function textWords(words: Words): Pick<TextRequest, 'promptStyle' | 'longPrompts' | 'clipSkip'> {
  const clipSkip = integerWord('--clip-skip', words['clip-skip']);
  const [style, long] = [words['prompt-style'], words['long-prompts']];
  return {
    ...(style === undefined ? {} : { promptStyle: style as PromptStyle }),
    ...(long === undefined ? {} : { longPrompts: long as LongPrompts }),
    ...(clipSkip === undefined ? {} : { clipSkip }),
  };
}

export const embeddingWords = ({ embedding = [] }: Words): EmbeddingWord[] => embedding.map(embeddingWord);

/** `FILE` or `FILE:NAME`; a colon elsewhere is part of the path. */
function embeddingWord(word: string): EmbeddingWord {
  const [, path = word, name] = /^(.+\.\w+):([^/\\]*)$/s.exec(word) ?? [];
  if (path === '' || name === '') throw badArgument('--embedding', 'FILE or FILE:NAME', word);
  return { path: fromCaller(path), name: name ?? basename(path).replace(/\.\w+$/, '') };
}

/** For the request. Rejects with `bad-model` or `unsupported-model` where there is no such file, or no safetensors in it. */
export async function embeddingsOf(words: readonly EmbeddingWord[]): Promise<Pick<TextRequest, 'embeddings'>> {
  const embeddings = await Promise.all(words.map(openedWord));
  return embeddings.length === 0 ? {} : { embeddings };
}

async function openedWord({ path, name }: EmbeddingWord): Promise<Embedding> {
  const source = await diskFile(path);
  // Nobody should wait for a model to hear that this is no such file; its width is told apart by the model's.
  await openTensors(source);
  const slice = (start: number, end: number) => ({
    // A copy: what was read may be a view of something larger.
    arrayBuffer: async () => Uint8Array.from(await source.read(start, end)).buffer,
  });
  return { name, file: { path: source.name, file: { size: source.size, slice } } };
}
