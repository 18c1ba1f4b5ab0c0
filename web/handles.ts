/** Files and folders with lasting handles (File System Access), where the browser has them: a later visit can open them again. */
import type { PickedFile } from '../workers/api';

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
