/**
 * A text encoder for prompts in which learned vectors stand: it is opened without its table of tokens, and handed rows, which
 * are the table's, or others. Graphs stay static, and no weights are written anew.
 */
import { toF32 } from '../models/floats';
import { TOKEN_EMBEDDING } from '../models/graph/clip';
import { badModel } from '../models/refuse';
import type { PackedTensor, StageFile } from '../models/stage';
import type { Backend, OpenOptions, Stage } from './backend/backend';

/** Vectors for the ids from `first` on, which is as many as the table has rows. */
export interface LearnedTokens {
  readonly first: number;
  readonly vectors: readonly Float32Array[];
  /** All ids that will be asked for. */
  readonly ids: ReadonlySet<number>;
}

/** The rows that stand for ids. */
type TokenRows = ReadonlyMap<number, Float32Array>;

/** `file` is of an encoder that takes `token_embeddings`; what is opened takes `input_ids`, learned ones among them. */
export async function openForLearned(
  file: StageFile,
  learned: LearnedTokens,
  backend: Backend,
  signal: AbortSignal,
  how: OpenOptions,
): Promise<Stage> {
  // Before the backend reads the rest, and gives up what it reads.
  const rows = tokenRows(file, learned);
  return withTokenRows(await backend.open(file, signal, how), rows);
}

/** Those of the table come out of the encoder's weights, each tensor read once. */
function tokenRows({ network, weights, name }: StageFile, { first, vectors, ids }: LearnedTokens): TokenRows {
  const stored = (layout: string): PackedTensor | undefined =>
    network?.tensors.find((tensor) => tensor.name === `${TOKEN_EMBEDDING}.weight${layout}`);
  const table = stored('') ?? stored('/rows');
  if (!table) throw badModel(`${name}: ${TOKEN_EMBEDDING}.weight`, 'a tensor', 'none');
  const scales = table.dtype === 'I8' ? floats(stored('/scales')!, weights) : undefined;
  const bytes = weights.read(table.offset, table.offset + table.bytes);
  const each = table.bytes / table.shape[0]!;
  const rowAt = (id: number): Float32Array => {
    // A copy: what was read is valid until the next read.
    const row = bytes.slice(id * each, (id + 1) * each);
    if (table.dtype !== 'I8') return toF32(table.dtype as 'F32' | 'F16', row);
    return Float32Array.from(new Int8Array(row.buffer), (value) => value * scales![id]!);
  };
  return new Map([...ids].map((id) => [id, id < first ? rowAt(id) : vectors[id - first]!]));
}

const floats = ({ offset, bytes }: PackedTensor, weights: StageFile['weights']): Float32Array =>
  Float32Array.from(toF32('F32', weights.read(offset, offset + bytes)));

const withTokenRows = (encoder: Stage, rows: TokenRows): Stage => ({
  run({ input_ids: ids, ...others }) {
    const width = rows.values().next().value!.length;
    const { shape, data: words } = ids!;
    const data = new Float32Array(words.length * width);
    for (const [i, id] of words.entries()) data.set(rows.get(id)!, i * width);
    return encoder.run({ ...others, token_embeddings: { type: 'float32', shape: [...shape, width], data } });
  },
  close: () => encoder.close(),
});
