/** The part of the origin private file system (OPFS) that the store uses, spelled out because Node has none. */
export interface OriginDirectory {
  getFileHandle(name: string, options?: { create: boolean }): Promise<OriginFile>;
  removeEntry(name: string): Promise<void>;
  keys(): AsyncIterable<string>;
}

export interface OriginFile {
  createSyncAccessHandle(options?: { mode: 'read-only' | 'readwrite' }): Promise<SyncHandle>;
  getFile(): Promise<Blob>;
}

/** `FileSystemSyncAccessHandle`. */
export interface SyncHandle {
  read(buffer: Uint8Array, options: { at: number }): number;
  write(buffer: Uint8Array, options: { at: number }): number;
  truncate(bytes: number): void;
  getSize(): number;
  flush(): void;
  close(): void;
}

interface Platform {
  readonly navigator?: {
    readonly storage?: {
      getDirectory?(): Promise<{
        getDirectoryHandle(name: string, options: { create: boolean }): Promise<OriginDirectory>;
      }>;
    };
  };
  readonly FileSystemFileHandle?: { readonly prototype: object };
  readonly FileReaderSync?: new () => { readAsArrayBuffer(blob: Blob): ArrayBuffer };
}

const platform = globalThis as Platform;

/** The store's own directory; `undefined` where files cannot be read synchronously (old browsers, private windows). */
export async function originFiles(name = 'models'): Promise<OriginDirectory | undefined> {
  if (!('createSyncAccessHandle' in (platform.FileSystemFileHandle?.prototype ?? {}))) return undefined;
  try {
    const root = await platform.navigator?.storage?.getDirectory?.();
    return await root?.getDirectoryHandle(name, { create: true });
  } catch {
    return undefined; // Firefox refuses in private windows.
  }
}

/** Reads `blob` while the caller waits: only workers can. */
export function readBlobSync(blob: Blob): Uint8Array {
  return new Uint8Array(new platform.FileReaderSync!().readAsArrayBuffer(blob));
}
