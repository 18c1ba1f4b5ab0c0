/** Compiled graphs put beside the model they were made of, for phones that then need not compile. Node only. */
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { openNpuFolder } from './npuFolder.node';
import { contextPath, type NpuCompiled, type NpuFile } from './npuManifest';
import { checkNpuManifest } from './npuManifestCheck';
import { writeWhole } from './writeWhole.node';

/**
 * Copies `files`, first the ONNX file, then what it refers to by name, into the model's `folder` and lists them in its manifest, with
 * their hashes, in place of what was compiled of this part for this chip before. The manifest is another then, and so is the hash
 * that the bridge knows the model by. `bad-model` for a part that the model does not have.
 */
export async function keepCompiled(
  folder: string,
  { context, chip, qairt }: Omit<NpuCompiled, 'files'>,
  files: readonly string[],
): Promise<void> {
  const { manifest } = await openNpuFolder(folder);
  const first = contextPath(manifest, { context }, chip);
  const kept: NpuFile[] = [];
  for (const [i, file] of files.entries()) {
    const path = i === 0 ? first : `${dirname(first)}/${basename(file)}`;
    const content = await readFile(file);
    kept.push({ path, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') });
  }
  const others = (manifest.contexts.compiled ?? []).filter((each) => each.context !== context || each.chip !== chip);
  const compiled = [...others, { context, chip, qairt, files: kept }];
  const changed = checkNpuManifest({ ...manifest, contexts: { ...manifest.contexts, compiled } });
  await mkdir(join(folder, dirname(first)), { recursive: true });
  for (const [i, { path }] of kept.entries()) {
    await rm(join(folder, path), { force: true });
    await copyFile(files[i]!, join(folder, path));
  }
  await writeWhole(join(folder, 'npu.json'), JSON.stringify(changed, undefined, 1));
}
