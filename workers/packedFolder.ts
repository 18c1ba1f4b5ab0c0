/**
 * A converted model as a folder, as `npm run convert` and `npm run quantize` write it: `manifest.json` and the weights of
 * each network beside it. What a page takes in of such a folder has the id that the folder's host tells (models/contentId.ts).
 */
import { CHUNK_BYTES } from '../models/contentId';
import { parseJson } from '../models/json';
import { checkManifest, type FolderManifest, MANIFEST_FORMAT, type Manifest, STAGE_NAMES } from '../models/manifest';
import { badModel, shown } from '../models/refuse';
import type { ByteSource, Folder } from '../models/source';
import type { StageName } from '../models/stage';
import { WholeHash } from './download/wholeHash';
import { nativeSize } from './model';
import { sha256 } from './store/chunks';
import type { PackedModel } from './store/packedFile';

const MANIFEST = 'manifest.json';

/** `folder` as a converted model; `undefined` where it is another folder. Rejects with `bad-model`, `unsupported-model`. */
export async function openPackedFolder(folder: Folder): Promise<PackedModel | undefined> {
  const file = await folder.file(MANIFEST);
  if (!file) return undefined;
  const bytes = (await file.read(0, file.size)) as Uint8Array<ArrayBuffer>;
  const json = parseJson(MANIFEST, new TextDecoder().decode(bytes)) as Partial<FolderManifest> | null;
  // Web apps have one of this name, too.
  if (json?.format !== MANIFEST_FORMAT) return undefined;
  const { sha256: hashes, ...rest } = json;
  const manifest = checkManifest(rest);
  const weights = {} as Record<StageName, ByteSource>;
  for (const stage of STAGE_NAMES) weights[stage] = await weightsFile(folder, stage, manifest, hashes);
  const side = nativeSize(manifest.description);
  return {
    ...{ name: folder.name, width: side, height: side, manifest, fingerprint: await sha256(bytes) },
    data: (stage, begin) => read(weights[stage], begin, hashes![stage]!),
  };
}

async function weightsFile(
  folder: Folder,
  stage: StageName,
  { stages }: Manifest,
  hashes: Partial<FolderManifest['sha256']> | undefined,
): Promise<ByteSource> {
  const hash = hashes?.[stage];
  if (typeof hash !== 'string') throw badModel(`${MANIFEST}: sha256.${stage}`, 'a hash', shown(hash));
  const path = `${stage}.weights`;
  const file = await folder.file(path);
  const { bytes } = stages[stage];
  if (file?.size !== bytes) throw badModel(path, `${bytes} bytes`, file ? `${file.size} bytes` : 'no such file');
  return file;
}

/** From `begin` on; all of it is hashed, and where the hash is another, the last bytes are not given. */
async function* read(source: ByteSource, begin: number, expected: string): AsyncGenerator<Uint8Array> {
  const hash = await WholeHash.from(undefined, source.size);
  let held: Uint8Array | undefined;
  for (let at = 0; at < source.size; at += CHUNK_BYTES) {
    const end = Math.min(source.size, at + CHUNK_BYTES);
    const bytes = await source.read(at, end);
    hash.update(bytes);
    if (held) yield held;
    held = end > begin ? bytes.subarray(Math.max(0, begin - at)) : undefined;
  }
  const got = hash.digest();
  if (got !== expected) throw badModel(source.name, expected, got);
  if (held) yield held;
}
