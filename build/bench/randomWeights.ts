/** Weights of any plan, made up as they are read: nothing is stored, and the same place always holds the same numbers. */
import { f32ToF16 } from '../../models/half';
import type { PackedTensor, StageWeights } from '../../models/stage';

/** Matrices have variance 1 / fan-in, so that activations neither fade nor overflow; norms are 1, biases 0. */
export function randomWeights(tensors: readonly PackedTensor[]): StageWeights {
  const byOffset = new Map(tensors.map((tensor) => [tensor.offset, tensor]));
  const last = tensors.at(-1);
  return {
    bytes: last ? last.offset + last.bytes : 0,
    read: (begin) => bytes(byOffset.get(begin)!, tensors),
    close: () => undefined,
  };
}

function bytes({ name, dtype, shape, bytes: length }: PackedTensor, tensors: readonly PackedTensor[]): Uint8Array {
  const out = new Uint8Array(length);
  const count = shape.reduce((product, size) => product * size, 1);
  if (name.endsWith('/scales')) {
    const key = name.split('/')[0]!;
    const scaled = tensors.find((tensor) => tensor.name !== name && tensor.name.split('/')[0] === key)!;
    const steps = scaled.dtype === 'U8' ? 4 : 64;
    const inputs = (scaled.shape.reduce((a, b) => a * b, 1) * (scaled.dtype === 'U8' ? 2 : 1)) / outputsOf(scaled);
    new Float32Array(out.buffer).fill(1 / (steps * Math.sqrt(inputs)));
    return out;
  }
  const noise = (i: number): number => ((Math.imul(i + 1, 2654435761) >>> 8) & 0xff) - 127.5;
  if (dtype === 'I8' || dtype === 'U8') for (let i = 0; i < count; i++) out[i] = noise(i);
  else {
    const inputs = count / outputsOf({ name, shape });
    const values = new Float32Array(count);
    if (shape.length === 1) values.fill(/norm\d?\.weight|norm_out\.weight|layer_norm\d?\.weight/.test(name) ? 1 : 0);
    else for (let i = 0; i < count; i++) values[i] = noise(i) / (73.6 * Math.sqrt(inputs));
    out.set(new Uint8Array((dtype === 'F16' ? f32ToF16(values) : values).buffer));
  }
  return out;
}

const outputsOf = ({ name, shape }: Pick<PackedTensor, 'name' | 'shape'>): number =>
  /\/(taps|columns)$/.test(name) ? shape.at(-1)! : shape[0]!;
