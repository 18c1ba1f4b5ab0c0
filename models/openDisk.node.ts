/** Checkpoints on disk, for the commands: a path is a folder or a file, and CLIP's tokenizer is the repository's own. */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Checkpoint } from './checkpoint';
import { CLIP_TOKENIZER_HOME, clipTokenizer } from './clipTokenizer';
import { badArgument } from './commandLine.node';
import { diskWords } from './diskWords.node';
import { CodedError } from './errors';
import { diskFolder, fileSource } from './folder.node';
import { openCheckpoint } from './openCheckpoint';
import { badModel } from './refuse';
import type { PredictionType } from './sd15';
import type { ByteSource, Folder } from './source';

/** What goes with a checkpoint, by path. */
export interface DiskOptions {
  readonly vae?: string;
  readonly loras?: readonly { readonly path: string; readonly weight: number }[];
  readonly predictionType?: PredictionType;
}

/** Opens the folder or file at `path`, as `openCheckpoint` does; `bad-model` where there is none. */
export async function openDisk(path: string, { vae, loras = [], predictionType }: DiskOptions): Promise<Checkpoint> {
  const sources = await Promise.all(
    loras.map(async (lora) => ({ source: await diskFile(lora.path), weight: lora.weight })),
  );
  const other = vae === undefined ? {} : { vae: await diskFile(vae) };
  return openAt(path, (input) =>
    openCheckpoint(input, {
      tokenizer: async () => clipTokenizer(await diskFolder(resolve(CLIP_TOKENIZER_HOME))),
      loras: sources,
      ...other,
      ...(predictionType === undefined ? {} : { predictionType }),
    }),
  );
}

/** What `open` makes of the folder or the file at `path`; `bad-model` where there is none. */
export async function openAt<Made>(path: string, open: (input: Folder | ByteSource) => Promise<Made>): Promise<Made> {
  if (!(await isFolder(path))) return open(await diskFile(path));
  const folder = await diskFolder(path);
  return open(folder).catch(toldWith(folder));
}

/** The files of a folder are named below it; who typed its path is told of them with that path. */
const toldWith =
  (folder: Folder) =>
  (error: unknown): never => {
    if (!(error instanceof CodedError)) throw error;
    const { code, argument, expected, got } = error;
    if (!folder.paths().some((path) => argument.startsWith(path))) throw error;
    throw new CodedError(code, { argument: join(folder.place, argument), expected, got }, { cause: error });
  };

/** Every file behind `openDisk(path, options)`, LoRAs under their place and weight: what tells one conversion from another. */
export async function diskFiles(path: string, { vae, loras = [] }: DiskOptions): Promise<Folder> {
  const files = new Map<string, ByteSource>();
  if (await isFolder(path)) {
    const folder = await diskFolder(path);
    for (const name of folder.paths()) files.set(`model/${name}`, (await folder.file(name))!);
  } else files.set('model', await diskFile(path));
  for (const [i, lora] of loras.entries()) files.set(`lora ${i} × ${lora.weight}`, await diskFile(lora.path));
  if (vae !== undefined) files.set('vae', await diskFile(vae));
  return { name: path, place: path, paths: () => [...files.keys()].sort(), file: async (name) => files.get(name) };
}

/** Paths that a user types are relative to where npm was called (build/run.mjs). */
export const fromCaller = (path: string): string => resolve(process.env.POCKET_CALLER ?? '.', path);

/** Where the model of a command lies: the demo model's folder is also CLIP's tokenizer's. */
export const modelPath = (named: string): string =>
  named === 'demo' ? resolve(CLIP_TOKENIZER_HOME) : fromCaller(named);

/** The words of `--vae`, `--lora` and `--prediction`, as both commands take them. */
export function diskOptions(words: {
  readonly vae?: string | undefined;
  readonly lora?: readonly string[] | undefined;
  readonly prediction?: string | undefined;
}): DiskOptions {
  if (words.vae === '') throw badArgument('--vae', 'FILE', '');
  return {
    ...(words.vae === undefined ? {} : { vae: fromCaller(words.vae) }),
    loras: (words.lora ?? []).map(loraWord),
    ...(words.prediction === undefined ? {} : { predictionType: predictionWord(words.prediction) }),
  };
}

export const loraWord = (word: string): { path: string; weight: number } => weighedFile('--lora', word);

/** `FILE` or `FILE:WEIGHT` of `option`; a colon elsewhere is part of the path. */
export function weighedFile(option: string, word: string): { path: string; weight: number } {
  if (word === '') throw badArgument(option, 'FILE or FILE:WEIGHT', '');
  const [, path, weight] = /^(.+):([-+]?(?:\d+\.?\d*|\.\d+))$/s.exec(word) ?? [];
  if (path !== undefined) return { path: fromCaller(path), weight: Number(weight) };
  const [, file, strange] = /^(.+\.safetensors):([^/\\]*)$/is.exec(word) ?? [];
  if (file !== undefined) throw badArgument(`${option}: weight of ${file}`, 'a number', strange!);
  return { path: fromCaller(word), weight: 1 };
}

function predictionWord(word: string): PredictionType {
  if (word === 'epsilon' || word === 'v_prediction') return word;
  throw badArgument('--prediction', 'epsilon or v_prediction', word);
}

const FILE = 'a .safetensors file';

/** One file of weights; `bad-model` where there is none at `path`. */
export async function diskFile(path: string): Promise<ByteSource> {
  if ((await found(path, FILE)).isDirectory()) throw badModel(path, FILE, 'a folder');
  return fileSource(path);
}

/** `bad-model` where there is nothing at `path`. */
export const isFolder = async (path: string): Promise<boolean> => (await found(path)).isDirectory();

async function found(path: string, expected = 'a folder or a .safetensors file') {
  try {
    return await stat(path);
  } catch (error) {
    throw badModel(path, expected, diskWords(error) ?? String(error));
  }
}
