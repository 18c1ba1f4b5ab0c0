/** LoRAs of `npm run generate`: files that were named, and folders of them whose files a prompt may name. */
import { basename } from 'node:path';
import { badArgument } from '../../models/commandLine.node';
import { CodedError } from '../../models/errors';
import { diskFolder } from '../../models/folder.node';
import { diskFile, fromCaller, loraWord } from '../../models/openDisk.node';
import { openTensors } from '../../models/openTensors';
import type { ByteSource } from '../../models/source';
import type { ChosenLora, ImageRequest } from '../api';
import { loraHash } from '../loraHash';
import { type LoraShelf, type NamedChoice, openedLoras } from '../loras';
import { foundLoras } from '../pictureFile/foundLoras';
import type { Recipe } from '../pictureFile/recipe';

export const LORA_USAGE = `\
  --lora FILE[:WEIGHT]     a LoRA, or another of LyCORIS's kinds, to draw with, by default with weight 1; several times for several
  --lora-dir DIR           where the files lie that a prompt names in the style a1111: <lora:name:0.8>; several times for several`;

const text = { type: 'string' } as const;
export const LORA_OPTIONS = { lora: { ...text, multiple: true }, 'lora-dir': { ...text, multiple: true } } as const;

/** What is given of them. */
export interface LoraWords {
  readonly files: readonly { readonly path: string; readonly weight: number }[];
  readonly folders: readonly string[];
}

export function loraWords(words: {
  readonly lora?: readonly string[] | undefined;
  readonly 'lora-dir'?: readonly string[] | undefined;
}): LoraWords {
  const { lora = [], 'lora-dir': folders = [] } = words;
  if (folders.includes('')) throw badArgument('--lora-dir', 'DIR', '');
  const files = lora.map(loraWord);
  for (const { path } of files) {
    const other = files.find((file) => file.path !== path && nameOf(file.path) === nameOf(path));
    if (other) throw badArgument('--lora', 'files of different names', `${other.path} and ${path}`);
  }
  return { files, folders: folders.map(fromCaller) };
}

/** A file's name is the LoRA's. */
const nameOf = (path: string): string => basename(path).replace(/\.safetensors$/i, '');

/** Those that the request is for. */
export const chosenLoras = ({ files }: LoraWords): Pick<ImageRequest, 'loras'> =>
  files.length === 0 ? {} : { loras: files.map(({ path, weight }): ChosenLora => ({ name: nameOf(path), weight })) };

/** Rejects with `bad-model` where there is no such file or folder. */
export async function diskShelf({ files, folders }: LoraWords): Promise<LoraShelf> {
  const sources = new Map<string, () => Promise<ByteSource | undefined>>();
  for (const path of folders) {
    const folder = await diskFolder(path);
    for (const inside of folder.paths().filter((each) => /\.safetensors$/i.test(each))) {
      // Of two with one name the first counts. What of a folder is not drawn with need not be readable.
      if (!sources.has(nameOf(inside))) sources.set(nameOf(inside), () => folder.file(inside));
    }
  }
  for (const { path } of files) {
    const source = await diskFile(path);
    sources.set(nameOf(path), async () => source);
  }
  return { names: async () => [...sources.keys()].sort(), open: async (name) => sources.get(name)?.() };
}

export interface AskedWithLoras<Asked> {
  readonly request: Asked;
  readonly choices: readonly NamedChoice[];
  /** Of each that is drawn with, by its name. */
  readonly hashes: Readonly<Record<string, string>>;
  /** What a person should know. */
  readonly notes: readonly string[];
}

/**
 * The LoRAs of `request`. What `recipe` says of them is looked for by name and by hash, and left out with a note where it is not
 * here; what was typed must be.
 */
export async function lorasOf<Asked extends Pick<ImageRequest, 'prompt' | 'promptStyle' | 'loras'>>(
  request: Asked,
  words: LoraWords,
  recipe: Recipe | undefined,
): Promise<AskedWithLoras<Asked>> {
  const shelf = await diskShelf(words);
  const unreadable: string[] = [];
  const hashOf = async (name: string): Promise<string | undefined> => {
    try {
      return await checkedHash((await shelf.open(name))!);
    } catch (thrown) {
      if (!(thrown instanceof CodedError)) throw thrown;
      unreadable.push(thrown.message);
      return undefined;
    }
  };
  const here = (await shelf.names()).map((name) => ({ name, hash: () => hashOf(name) }));
  const typed = { prompt: request.prompt !== recipe?.request.prompt, loras: request.loras !== recipe?.request.loras };
  const found = recipe
    ? await foundLoras(request, recipe.loraHashes ?? {}, here, typed)
    : { request, missing: [], others: [] };
  const choices = await openedLoras(found.request, shelf);
  const hashes = new Map<string, string>();
  for (const { name, source } of choices) hashes.set(name, hashes.get(name) ?? (await checkedHash(source)));
  return {
    request: found.request,
    choices,
    hashes: Object.fromEntries(hashes),
    notes: [
      ...unreadable.map((message) => `note: passed over in --lora-dir: ${message}`),
      ...found.missing.map(
        (one) => `note: it was drawn with the LoRA ${one}, which is not here: --lora-dir says where; it is left out`,
      ),
      ...found.others.map(
        ({ name, expected, got }) =>
          `note: it was drawn with another LoRA ${name}: expected ${expected}, got ${got}, which is drawn with`,
      ),
    ],
  };
}

/** Rejects as `openTensors`: only what has a header has a hash. */
async function checkedHash(source: ByteSource): Promise<string> {
  await openTensors(source);
  return loraHash(source);
}
