/** Files and folders with lasting handles (File System Access), where the browser has them: a later visit can open them again. */
import type { Freeable, ImportOptions, PickedFile } from '../workers/api';

/** The parts of `FileSystemHandle` used here. */
export interface Handle {
  readonly kind: 'file' | 'directory';
  readonly name: string;
  getFile?(): Promise<File>;
  values?(): AsyncIterable<Handle>;
  requestPermission?(options: { readonly mode: 'read' }): Promise<string>;
}

interface Pickers {
  showOpenFilePicker?(): Promise<Handle[]>;
  showDirectoryPicker?(): Promise<Handle>;
}
const pickers = globalThis as Pickers;

export const canPickHandles = 'showOpenFilePicker' in pickers && 'showDirectoryPicker' in pickers;

/** Asks for a file or a folder; `undefined` where the person changed their mind. */
export async function pickHandle(folder: boolean): Promise<Handle | undefined> {
  try {
    return folder ? await pickers.showDirectoryPicker!() : (await pickers.showOpenFilePicker!())[0];
  } catch (error) {
    if ((error as Error).name === 'AbortError') return undefined;
    throw error;
  }
}

/** The file, or every file of the folder, as if picked from an input. */
export async function filesOf(handle: Handle, path = handle.name): Promise<PickedFile[]> {
  if (handle.kind === 'file') return [{ path, file: await handle.getFile!(), handle }];
  const files: PickedFile[] = [];
  for await (const child of handle.values!()) files.push(...(await filesOf(child, `${path}/${child.name}`)));
  return files;
}

/**
 * What an import that was cut off reads, opened again after the browser has asked; called in a click. Rejects where
 * that is not allowed, and where something is not there any more.
 */
export async function reopened({ handles, options = {} }: Freeable): Promise<[PickedFile[], ImportOptions]> {
  const { source, loras, vae } = handles!;
  for (const handle of [source, ...loras, ...(vae ? [vae] : [])] as Handle[]) {
    if ((await handle.requestPermission?.({ mode: 'read' })) === 'denied') throw new Error(handle.name);
  }
  const one = async (handle: object): Promise<PickedFile> => (await filesOf(handle as Handle))[0]!;
  const { loras: weighed = [], vae: _, ...rest } = options;
  const again: ImportOptions = {
    ...rest,
    handle: source,
    loras: await Promise.all(loras.map(async (lora, i) => ({ file: await one(lora), weight: weighed[i]!.weight }))),
    ...(vae ? { vae: await one(vae) } : {}),
  };
  return [await filesOf(source as Handle), again];
}
