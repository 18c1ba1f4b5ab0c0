/** What a person picked in the page: a folder, before every path of which browsers put its name, or one file. */
import { type Picked, pickedFolder, pickedSource } from '../models/folder.picked';
import type { TokenizerFiles } from '../models/manifest';
import type { CheckpointOptions } from '../models/openCheckpoint';
import type { ByteSource, Folder } from '../models/source';
import type { ImportOptions } from './api';

/** What was picked, as something to open: one file by itself is a whole model. */
export const inputOfPicked = (files: readonly Picked[]): Folder | ByteSource =>
  isSingle(files) ? sourceOf(files[0]!) : folderOfPicked(files);

/** What goes with it. */
export const pickedOptions = (
  { predictionType, loras = [], vae }: ImportOptions,
  tokenizer: () => Promise<TokenizerFiles>,
): CheckpointOptions => ({
  tokenizer,
  loras: loras.map((lora) => ({ source: sourceOf(lora.file), weight: lora.weight })),
  ...(vae ? { vae: sourceOf(vae) } : {}),
  ...(predictionType ? { predictionType } : {}),
});

/** Whether one file was picked, and not a folder with one file in it. */
export const isSingle = (files: readonly Picked[]): boolean => files.length === 1 && !files[0]!.path.includes('/');

/** The files below the picked folder, under its name. */
export function folderOfPicked(files: readonly Picked[]): Folder {
  const name = files[0]?.path.split('/')[0] ?? '';
  const inside = files.every(({ path }) => path.startsWith(`${name}/`));
  if (!inside) return pickedFolder(files);
  return pickedFolder(
    files.map(({ path, file }) => ({ path: path.slice(name.length + 1), file })),
    name,
  );
}

const sourceOf = ({ path, file }: Picked): ByteSource => pickedSource(path, file);
