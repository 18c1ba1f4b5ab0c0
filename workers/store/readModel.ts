/** Opens a stored model: its record is proven by its id, its weights by their hashes, once in an engine's life. */
import type { StageWeights } from '../../models/stage';
import type { ModelSummary } from '../api';
import { CodedError } from '../errors';
import { checkedChunks } from './checkChunks';
import { asModelRecord, contentId, type ModelRecord, modelKey, type StageRecord } from './modelRecord';
import { partWeights } from './partWeights';
import type { ChunkReader, Extent } from './shelf';
import { READING, type Storage } from './storage';

/** A model opened for reading. Nothing of it goes away until it is closed, even if it is deleted elsewhere. */
export interface StoredModel<Manifest> {
  readonly summary: ModelSummary;
  readonly manifest: Manifest;
  readonly stages: readonly StageRecord[];
  /** The weights of `stage`, checked. Rejects with `corrupt-store` (chunk and hashes) or `out-of-memory`. */
  weights(stage: string, options?: ReadOptions): Promise<StageWeights>;
  /** The bytes of `stage`, chunk by chunk, each checked now. */
  chunks(stage: string, signal?: AbortSignal): AsyncGenerator<ArrayBuffer, void, void>;
  /** The bytes of `stage` as blobs, one after another, unchecked; the model must stay until they were read. */
  blobs(stage: string): Promise<Blob[]>;
  close(): void;
}

export interface ReadOptions {
  /**
   * What will be asked for, each once: lets weights that lie in memory go as they are read. A second read is `bad-picture`,
   * and from then on these weights stay in memory until they are closed.
   */
  readonly tensors?: readonly Extent[];
  /** They will be read part by part, over and over (`StageWeights.prepare`), and should not lie in memory as a whole. */
  readonly inParts?: boolean;
  readonly onProgress?: (bytes: number, of: number) => void;
  readonly signal?: AbortSignal;
}

/** What was found out about stages in this engine's life, by their proofs. */
export interface Verified {
  /** Every byte was right when it was looked at. */
  readonly sound: Set<string>;
  /** Some of it was asked for twice. */
  readonly readTwice: Set<string>;
}

export async function openModel<Manifest>(
  storage: Storage,
  verified: Verified,
  id: string,
): Promise<StoredModel<Manifest>> {
  const letGo = await storage.locks.share(READING);
  try {
    const { summary, manifest, stages } = await provenRecord<Manifest>(storage, id);
    const find = (name: string): StageRecord => {
      const stage = stages.find((candidate) => candidate.name === name);
      if (stage) return stage;
      const expected = stages.map((candidate) => candidate.name).join(', ');
      throw new CodedError('bad-argument', { argument: 'stage', expected, got: name });
    };
    return {
      summary,
      manifest,
      stages,
      weights: async (name, options) => openWeights(storage, verified, find(name), options),
      chunks: (name, signal) => readChunks(storage, find(name), signal),
      blobs: async (name) => storage.shelfOf(find(name)).blobs(find(name)),
      close: letGo,
    };
  } catch (error) {
    letGo();
    throw error;
  }
}

async function provenRecord<Manifest>(storage: Storage, id: string): Promise<ModelRecord<Manifest>> {
  const value = await storage.records.get(modelKey(id));
  const record = asModelRecord<Manifest>(value);
  if (value === undefined || record?.discarded !== undefined) {
    throw new CodedError('bad-argument', { argument: 'model', expected: 'the id of a stored model', got: id });
  }
  const proven = record && (await contentId(record.manifest, record.stages));
  if (!record || proven !== id) {
    throw new CodedError('corrupt-store', { argument: 'model record', expected: id, got: proven ?? 'another format' });
  }
  return record;
}

async function openWeights(
  storage: Storage,
  verified: Verified,
  stage: StageRecord,
  { tensors, inParts = false, onProgress, signal }: ReadOptions = {},
): Promise<StageWeights> {
  const proof = proofOf(stage);
  const inMemory = stage.file === undefined && !inParts;
  const reader = await storage.shelfOf(stage).read(stage);
  try {
    const chunks: ArrayBuffer[] = [];
    if (!verified.sound.has(proof)) {
      const how = { name: stage.name, keep: inMemory, onProgress, signal };
      for await (const chunk of checkedChunks(reader, stage, how)) {
        if (inMemory) chunks.push(chunk);
      }
      verified.sound.add(proof);
    } else if (inMemory) chunks.push(...(await loadChunks(reader, stage, 0, stage.chunks.length, onProgress, signal)));
    if (inParts && stage.file === undefined) {
      return partWeights(stage, (first, end) => loadChunks(reader, stage, first, end, undefined, signal));
    }
    const letGo = verified.readTwice.has(proof) ? undefined : tensors;
    return await reader.weights(inMemory ? chunks : undefined, letGo, () => verified.readTwice.add(proof));
  } catch (error) {
    reader.close();
    if (!(error instanceof RangeError)) throw error;
    const details = { argument: `weights of ${stage.name}`, expected: `${stage.bytes} bytes`, got: 'no room' };
    throw new CodedError('out-of-memory', details, { cause: error });
  }
}

async function loadChunks(
  reader: ChunkReader,
  { name, bytes: of, chunks }: StageRecord,
  first: number,
  end: number,
  onProgress?: (bytes: number, of: number) => void,
  signal?: AbortSignal,
): Promise<ArrayBuffer[]> {
  const loaded: ArrayBuffer[] = [];
  let done = 0;
  for (let index = first; index < end; index++) {
    const { sha256, bytes } = chunks[index]!;
    signal?.throwIfAborted();
    const chunk = await reader.chunk(index);
    if (chunk?.byteLength !== bytes) {
      const got = chunk ? `${chunk.byteLength} bytes` : 'nothing';
      throw new CodedError('corrupt-store', { argument: `${name} chunk ${index}`, expected: sha256, got });
    }
    loaded.push(chunk);
    done += bytes;
    onProgress?.(done, of);
  }
  return loaded;
}

async function* readChunks(
  storage: Storage,
  stage: StageRecord,
  signal?: AbortSignal,
): AsyncGenerator<ArrayBuffer, void> {
  const reader = await storage.shelfOf(stage).read(stage);
  try {
    yield* checkedChunks(reader, stage, { name: stage.name, keep: true, signal });
  } finally {
    reader.close();
  }
}

/** Reads and hashes every byte of a model; rejects with `corrupt-store` at the first that is wrong. */
export async function verifyModel(
  storage: Storage,
  verified: Verified,
  model: StoredModel<unknown>,
  onProgress?: (bytes: number, of: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const of = model.stages.reduce((sum, { bytes }) => sum + bytes, 0);
  let before = 0;
  for (const stage of model.stages) {
    verified.sound.delete(proofOf(stage));
    const reader = await storage.shelfOf(stage).read(stage);
    const tell = (bytes: number): void => onProgress?.(before + bytes, of);
    try {
      for await (const _ of checkedChunks(reader, stage, { name: stage.name, onProgress: tell, signal }));
    } finally {
      reader.close();
    }
    verified.sound.add(proofOf(stage));
    before += stage.bytes;
  }
}

const proofOf = ({ file, chunks }: StageRecord): string => `${file ?? ''}:${chunks.map(({ sha256 }) => sha256).join()}`;
