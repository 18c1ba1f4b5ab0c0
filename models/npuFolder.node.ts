/** A folder with `npu.json`, opened: what it holds, and its files once their hashes are seen to be right. Node only. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unreadable } from './diskWords.node';
import { parseJson } from './json';
import { contextPath, type NpuFile, type NpuManifest, type NpuPart, npuFiles } from './npuManifest';
import { checkNpuManifest } from './npuManifestCheck';
import { proveHash, proveLength } from './proveFile.node';

export interface NpuFolder {
  readonly manifest: NpuManifest;
  /** The path of a file of the manifest, hashed the first time. Rejects with `corrupt-store`, which names both hashes. */
  path(file: NpuFile): Promise<string>;
  /** Where `part` compiled for a chip lies, if somebody has put it there. */
  context(part: NpuPart, chip: string): Promise<string | undefined>;
}

/** `bad-model` where the manifest is damaged, or a file is missing or of another length. */
export async function openNpuFolder(folder: string): Promise<NpuFolder> {
  const name = join(folder, 'npu.json');
  const text = await readFile(name, 'utf8').catch(unreadable(name, 'a file that can be read'));
  const manifest = checkNpuManifest(parseJson(name, text));
  for (const { path, bytes } of npuFiles(manifest)) await proveLength(join(folder, path), bytes);
  const proven = new Set<string>();
  return {
    manifest,
    async path({ path, sha256 }) {
      const whole = join(folder, path);
      if (!proven.has(path)) await proveHash(whole, sha256);
      proven.add(path);
      return whole;
    },
    async context(part, chip) {
      const whole = join(folder, contextPath(manifest, part, chip));
      return (await stat(whole).catch(() => undefined))?.isFile() ? whole : undefined;
    },
  };
}
