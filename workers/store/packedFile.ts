/**
 * A stored model as one file, to keep elsewhere or to carry to another device: a safetensors file whose tensors are the
 * weights files of the stages, one after another, and whose metadata holds the manifest and the hash of every chunk.
 */
import { FIRST_BYTES, strangerBy } from '../../models/firstBytes';
import { parseJson } from '../../models/json';
import { checkManifest, type Manifest, STAGE_NAMES } from '../../models/manifest';
import { badModel, shown, unsupportedModel } from '../../models/refuse';
import { readHeader, type TensorEntry } from '../../models/safetensorsHeader';
import { encodeHeader } from '../../models/safetensorsWriter';
import type { ByteSource } from '../../models/source';
import type { StageName } from '../../models/stage';
import type { License, ModelSummary } from '../api';
import { sha256 } from './chunks';
import type { ChunkRecord, StoredBytes } from './storedBytes';

/** What is read back, as JSON. What it says besides is for people and for other tools, which show metadata as it is. */
const KEY = 'pocket-diffusion';
const FORMAT = 1;

/** What the metadata holds besides the weights. */
interface Packed {
  readonly format: typeof FORMAT;
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly license?: License;
  readonly source?: string;
  readonly manifest: Manifest;
  readonly chunks: Readonly<Record<StageName, readonly ChunkRecord[]>>;
}

/** A model of the store on its way out. */
export interface Outgoing {
  readonly summary: Pick<ModelSummary, 'id' | 'name' | 'width' | 'height' | 'license' | 'source'>;
  readonly manifest: Manifest;
  readonly stages: readonly (StoredBytes & { readonly name: string; readonly bytes: number })[];
}

/** What stands before the weights. */
export function packedHeader({ summary, manifest, stages }: Outgoing): Uint8Array<ArrayBuffer> {
  const { id, name, width, height, license, source } = summary;
  const chunks = Object.fromEntries(stages.map((stage) => [stage.name, stage.chunks]));
  const packed = { format: FORMAT, name, width, height, license, source, manifest, chunks };
  const metadata = {
    // As ModelSpec calls them (github.com/Stability-AI/ModelSpec), where it does.
    'modelspec.title': name,
    'modelspec.license': license && `${license.name} (${license.url})`,
    ...{ source, weights: manifest.weights, hash: id, [KEY]: JSON.stringify(packed) },
  };
  const header: [string, unknown][] = [['__metadata__', metadata]];
  let at = 0;
  for (const stage of stages) {
    header.push([stage.name, { dtype: 'U8', shape: [stage.bytes], data_offsets: [at, at + stage.bytes] }]);
    at += stage.bytes;
  }
  return encodeHeader(header);
}

/** A model in such a file. */
export interface PackedModel extends Pick<Packed, 'name' | 'width' | 'height' | 'license' | 'source' | 'manifest'> {
  /** Stands for all of its bytes. */
  readonly fingerprint: string;
  /** The weights of `stage` from `begin` on; throws `bad-model` (chunk and hashes) where they are not what was exported. */
  data(stage: StageName, begin: number): AsyncGenerator<Uint8Array>;
}

/** `source` as an exported model; `undefined` where it is another safetensors file. Rejects with `bad-model`. */
export async function openPackedFile(source: ByteSource): Promise<PackedModel | undefined> {
  // Anything else is somebody else's to open, or to refuse.
  if (strangerBy(await source.read(0, Math.min(FIRST_BYTES, source.size))) !== undefined) return undefined;
  const { metadata, tensors } = await readHeader(source);
  const text = metadata.get(KEY);
  if (text === undefined) return undefined;
  const packed = parse(source.name, text);
  const manifest = checkManifest(packed.manifest);
  for (const stage of STAGE_NAMES) checkStage(source.name, stage, packed, tensors.get(stage));
  const { name, width, height, license, source: origin } = packed;
  const fingerprint = await sha256(new TextEncoder().encode(text));
  return {
    ...{ name, width, height, manifest, fingerprint },
    ...(license ? { license } : {}),
    ...(origin === undefined ? {} : { source: origin }),
    data: (stage, begin) => readStage(source, stage, tensors.get(stage)!.start, packed.chunks[stage], begin),
  };
}

function parse(file: string, text: string): Packed {
  const json = parseJson(`${file}: ${KEY}`, text);
  const packed = (json ?? {}) as Partial<Packed>;
  if (packed.format !== FORMAT) throw unsupportedModel(`${file}: format`, `${FORMAT}`, shown(packed.format));
  const sizes = [packed.width, packed.height].every((size) => Number.isSafeInteger(size) && size! > 0);
  if (!sizes || typeof packed.name !== 'string' || typeof packed.chunks !== 'object') {
    throw badModel(`${file}: ${KEY}`, 'a name, a size and chunks', shown(json));
  }
  const { license, source } = packed;
  if (!isLicense(license) || !['string', 'undefined'].includes(typeof source)) {
    throw badModel(`${file}: ${KEY}`, 'a license with its address, and a source', shown({ license, source }));
  }
  return packed as Packed;
}

/** Its address becomes a link. */
const isLicense = (license: Partial<License> | undefined): boolean =>
  license === undefined ||
  (typeof license?.name === 'string' && typeof license.url === 'string' && /^https?:\/\//.test(license.url));

function checkStage(
  file: string,
  stage: StageName,
  { manifest, chunks }: Packed,
  entry: TensorEntry | undefined,
): void {
  const argument = `${file}: ${stage}`;
  const { bytes } = manifest.stages[stage];
  if (entry?.bytes !== bytes) throw badModel(argument, `${bytes} bytes`, shown(entry?.bytes));
  const list: unknown = chunks[stage];
  const sound = Array.isArray(list) && list.every((chunk) => typeof chunk?.sha256 === 'string' && chunk.bytes > 0);
  const sum = sound ? (list as ChunkRecord[]).reduce((total, chunk) => total + chunk.bytes, 0) : undefined;
  if (sum !== bytes) throw badModel(`${argument}: chunks`, `${bytes} bytes of them`, shown(sum));
}

async function* readStage(
  source: ByteSource,
  stage: StageName,
  start: number,
  chunks: readonly ChunkRecord[],
  begin: number,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const [index, { sha256: expected, bytes }] of chunks.entries()) {
    if (at + bytes > begin) {
      const chunk = await source.read(start + at, start + at + bytes);
      const got = await sha256(chunk as Uint8Array<ArrayBuffer>);
      if (got !== expected) throw badModel(`${source.name}: ${stage} chunk ${index}`, expected, got);
      yield at < begin ? chunk.subarray(begin - at) : chunk;
    }
    at += bytes;
  }
}
