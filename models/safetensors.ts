/**
 * A safetensors file, read lazily: opening reads the header alone, each tensor is read when it is asked for.
 * Source of the format: github.com/huggingface/safetensors.
 */
import { badModel } from './refuse';
import { readHeader } from './safetensorsHeader';
import type { ByteSource } from './source';
import type { TensorSource } from './tensorSource';

export interface Safetensors extends TensorSource {
  /** `__metadata__`, empty where the file has none. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** Opens a file and checks its header against its size; `bad-model` says what is wrong with it. */
export async function openSafetensors(source: ByteSource): Promise<Safetensors> {
  const { metadata, tensors } = await readHeader(source);
  return {
    name: source.name,
    metadata,
    names: () => [...tensors.keys()],
    info: (tensor) => tensors.get(tensor),
    async read(tensor, rows) {
      const entry = tensors.get(tensor);
      if (!entry) throw badModel(`${source.name}: ${tensor}`, 'a tensor of this name', 'none');
      const { start, end, bytes, shape } = entry;
      if (!rows) return source.read(start, end);
      const rowBytes = bytes / shape[0]!;
      return source.read(start + rows.begin * rowBytes, start + rows.end * rowBytes);
    },
  };
}
