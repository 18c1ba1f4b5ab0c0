/**
 * A checkpoint with LoRAs merged into its weights as they are read, in float32, rounded once to the checkpoint's own dtype: BF16
 * to F32, which is what it is stored as (pack.ts), so that a LoRA merged here and one merged when a stored model is opened
 * (changedWeights.ts) are the same bits.
 */
import type { Checkpoint } from '../checkpoint';
import type { WeightDtype } from '../dtype';
import { bytesOf, fromF32, toF32 } from '../floats';
import type { Rows, TensorSource } from '../tensorSource';
import { type Change, type LoraChoice, loadChange, loraChanges, type ScaledDelta } from './changes';
import { checkFinite } from './finite';

/** `checkpoint` with `loras`, whose modules that no layer answers to are listed in `ignored`. Rejects as `loraChanges` does. */
export async function withLoras(checkpoint: Checkpoint, loras: readonly LoraChoice[]): Promise<Checkpoint> {
  if (loras.length === 0) return checkpoint;
  const { of, ignored } = await loraChanges(checkpoint.description, loras);
  const unet = merging(checkpoint.weights('unet'), of.unet);
  const textEncoder = merging(checkpoint.weights('text_encoder'), of.text_encoder);
  return {
    ...checkpoint,
    ignored: [...(checkpoint.ignored ?? []), ...ignored],
    weights: (stage) => (stage === 'unet' ? unet : stage === 'text_encoder' ? textEncoder : checkpoint.weights(stage)),
  };
}

function merging(base: TensorSource, changes: ReadonlyMap<string, readonly Change[]>): TensorSource {
  // A large weight is asked for some rows at a time, and each time its factors are wanted whole, or all that they make of it.
  let last: { readonly name: string; readonly deltas: Promise<ScaledDelta[]>; whole?: Promise<Uint8Array> } | undefined;
  const lastOf = (name: string, merged: readonly Change[]) => {
    const load = async (change: Change): Promise<ScaledDelta> => (await loadChange(change)).delta();
    if (last?.name !== name) last = { name, deltas: Promise.all(merged.map(load)) };
    return last;
  };
  const read = async (name: string, rows: Rows | undefined, deltas: readonly ScaledDelta[]): Promise<Uint8Array> => {
    const { dtype, shape } = base.info(name)!;
    const bytes = await base.read(name, rows);
    const values = toF32(dtype as WeightDtype, bytes);
    // What was read may be the source's own memory.
    const sum = dtype === 'F32' ? values.slice() : values;
    for (const delta of deltas) delta.add(sum, rows ?? { begin: 0, end: shape[0]! });
    checkFinite(`${base.name}: ${name}`, sum, dtype === 'F16' ? 'F16' : 'F32');
    return dtype === 'F16' ? fromF32('F16', sum) : bytesOf(sum);
  };
  return {
    ...base,
    info(name) {
      const info = base.info(name);
      return info?.dtype === 'BF16' && changes.has(name) ? { ...info, dtype: 'F32', bytes: 2 * info.bytes } : info;
    },
    async read(name, rows) {
      const merged = changes.get(name);
      if (!merged) return base.read(name, rows);
      const current = lastOf(name, merged);
      const deltas = await current.deltas;
      if (!rows || !deltas.some(({ whole }) => whole)) return read(name, rows, deltas);
      current.whole ??= read(name, undefined, deltas);
      const bytes = await current.whole;
      const rowBytes = bytes.length / base.info(name)!.shape[0]!;
      return bytes.subarray(rows.begin * rowBytes, rows.end * rowBytes);
    },
  };
}
