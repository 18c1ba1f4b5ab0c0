/** Files and folders out of a drop, each as if it had been picked by itself. */
import type { PickedFile } from '../workers/api';

/** The parts used here of what `webkitGetAsEntry` gives (File and Directory Entries API). */
export interface DroppedEntry {
  readonly isDirectory: boolean;
  readonly name: string;
  file?(resolve: (file: File) => void, reject: (error: unknown) => void): void;
  createReader?(): {
    readEntries(resolve: (entries: DroppedEntry[]) => void, reject: (error: unknown) => void): void;
  };
}

/** One list of files for each entry; a folder's with their paths below it. Rejects where something cannot be read. */
export const pickedEntries = (entries: readonly DroppedEntry[]): Promise<PickedFile[][]> =>
  Promise.all(entries.map((entry) => filesOf(entry, entry.name)));

async function filesOf(entry: DroppedEntry, path: string): Promise<PickedFile[]> {
  if (!entry.isDirectory) return [{ path, file: await new Promise<File>((...settle) => entry.file!(...settle)) }];
  const reader = entry.createReader!();
  const files: PickedFile[] = [];
  for (;;) {
    // A hundred at a time, until there are none: so it is specified.
    const some = await new Promise<DroppedEntry[]>((...settle) => reader.readEntries(...settle));
    if (some.length === 0) return files;
    for (const child of some) files.push(...(await filesOf(child, `${path}/${child.name}`)));
  }
}
