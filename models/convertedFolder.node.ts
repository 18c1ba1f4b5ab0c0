/**
 * A converted model as files: `manifest.json`, and `<stage>.weights` for each network. What `npm run convert` writes and
 * `npm run generate` draws from. Node only.
 *
 * The manifest is written last, with the SHA-256 of every weights file, so a folder is a whole model or none.
 */
import { createHash } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkpoint } from './checkpoint';
import { chunkHashes } from './chunkHashes.node';
import { type HashedStage, idText } from './contentId';
import { unreadable } from './diskWords.node';
import { parseJson } from './json';
import { makeFolder } from './makeFolder.node';
import { checkManifest, type FolderManifest, type Manifest, STAGE_NAMES } from './manifest';
import { packStage, type RoundedWeight } from './pack';
import { proveHash, proveLength } from './proveFile.node';
import { badModel, shown } from './refuse';
import type { StageName, StageWeights } from './stage';
import { weightsOnDisk } from './stageWeights.node';
import { writeStream } from './writeStream.node';

/** Bytes written so far of all the weights. */
export type Progress = (stage: StageName, bytes: number, of: number) => void;

export interface ConvertedFolder {
  readonly manifest: Manifest;
  /**
   * The weights of `stage`, hashed against the manifest the first time they are asked for. Rejects with
   * `corrupt-store`, which names the file and both hashes.
   */
  weights(stage: StageName): Promise<StageWeights>;
  /** Hashes what of the weights was not yet. Rejects as `weights` does. */
  prove(signal?: AbortSignal): Promise<void>;
}

const weightsPath = (folder: string, stage: StageName): string => join(folder, `${stage}.weights`);

/**
 * Writes the weights that `manifest` plans of `checkpoint`, one tensor in memory at a time, integers as `rounded` has them, and
 * resolves to the model's id (contentId.ts). A full disk is `storage-full`.
 */
export async function writeConverted(
  checkpoint: Checkpoint,
  manifest: Manifest,
  folder: string,
  progress: Progress = () => undefined,
  signal?: AbortSignal,
  rounded: (stage: StageName) => RoundedWeight | undefined = () => undefined,
): Promise<string> {
  await makeFolder(folder);
  const of = STAGE_NAMES.reduce((sum, stage) => sum + manifest.stages[stage].bytes, 0);
  let done = 0;
  const sha256: Partial<Record<StageName, string>> = {};
  const hashed: HashedStage[] = [];
  for (const stage of STAGE_NAMES) {
    const chunks = chunkHashes();
    const pieces = packStage(manifest.stages[stage].tensors, checkpoint.weights(stage), rounded(stage));
    const hash = createHash('sha256');
    await writeStream(weightsPath(folder, stage), pieces, (piece) => {
      signal?.throwIfAborted();
      done += piece.length;
      progress(stage, done, of);
      hash.update(piece);
      chunks.update(piece);
    });
    sha256[stage] = hash.digest('hex');
    hashed.push({ name: stage, bytes: manifest.stages[stage].bytes, chunks: chunks.end() });
  }
  await writeFile(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, sha256 }));
  return createHash('sha256').update(idText(manifest, hashed)).digest('hex');
}

/** Whether `folder` looks like one of ours: it has a `manifest.json`, and is no diffusers folder. */
export const isConverted = async (folder: string): Promise<boolean> =>
  (await isFile(join(folder, 'manifest.json'))) && !(await isFile(join(folder, 'model_index.json')));

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

/** Opens a folder that `writeConverted` wrote. `bad-model` where its manifest is damaged or a weights file is missing or cut. */
export async function openConverted(folder: string): Promise<ConvertedFolder> {
  const manifest = await readManifest(join(folder, 'manifest.json'));
  for (const stage of STAGE_NAMES) await proveLength(weightsPath(folder, stage), manifest.stages[stage].bytes);
  const proven = new Set<StageName>();
  const proveStage = async (stage: StageName, signal?: AbortSignal): Promise<void> => {
    if (!proven.has(stage)) await proveHash(weightsPath(folder, stage), manifest.sha256[stage], signal);
    proven.add(stage);
  };
  return {
    manifest,
    async prove(signal) {
      for (const stage of STAGE_NAMES) await proveStage(stage, signal);
    },
    async weights(stage) {
      await proveStage(stage);
      return weightsOnDisk(weightsPath(folder, stage), manifest.stages[stage].bytes);
    },
  };
}

async function readManifest(path: string): Promise<FolderManifest> {
  const text = await readFile(path, 'utf8').catch(unreadable(path, 'a file that can be read'));
  const json = parseJson(path, text);
  const { sha256 } = (json ?? {}) as Partial<FolderManifest>;
  for (const stage of STAGE_NAMES) {
    const found = sha256?.[stage];
    if (!/^[0-9a-f]{64}$/.test(String(found))) throw badModel(`${path}: sha256.${stage}`, '64 digits', shown(found));
  }
  return { ...checkManifest(json), sha256: sha256! };
}
