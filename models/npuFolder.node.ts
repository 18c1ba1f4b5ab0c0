/** A folder with `npu.json`, opened: what it holds, and its files once their hashes are seen to be right. Node only. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unreadable } from './diskWords.node';
import { CodedError } from './errors';
import { parseJson } from './json';
import { type NpuFile, type NpuManifest, type NpuPart, npuFiles } from './npuManifest';
import { checkNpuManifest } from './npuManifestCheck';
import { proveHash, proveLength } from './proveFile.node';

export interface NpuFolder {
  readonly manifest: NpuManifest;
  /** The path of a file of the manifest, hashed the first time. Rejects with `corrupt-store`, which names both hashes. */
  path(file: NpuFile): Promise<string>;
  /** Where `part` compiled for a chip by this version of Qualcomm's libraries lies, if it is listed and its files are as they were. */
  context(part: NpuPart, chip: string, qairt: string): Promise<string | undefined>;
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
    async context({ context }, chip, qairt) {
      const compiled = manifest.contexts.compiled?.find(
        (each) => each.context === context && each.chip === chip && each.qairt === qairt,
      );
      if (!compiled) return undefined;
      try {
        for (const { path, bytes, sha256 } of compiled.files) {
          await proveLength(join(folder, path), bytes);
          await proveHash(join(folder, path), sha256);
        }
      } catch (error) {
        // It can be compiled anew.
        if (error instanceof CodedError) return undefined;
        throw error;
      }
      return join(folder, compiled.files[0]!.path);
    },
  };
}
