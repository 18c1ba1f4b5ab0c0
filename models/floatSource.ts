/**
 * Checkpoints in number formats that nothing here computes from, shown in the nearest that is: fp8 as F16 and F64 as F32.
 *
 * fp8 weights may be scaled: beside `x.weight` lies a number `x.scale_weight` (ComfyUI) or `x.weight_scale` (newer
 * ComfyUI, diffusers) that its values are multiplied by. The product of a 4-bit significand and a float32 is
 * rounded once, to F16's 11 bits. `x.scale_input` is for arithmetic in fp8 and means nothing here.
 */
import { e4m3ToF16, e5m2ToF16 } from './float8';
import { bytesOf, toF32, view } from './floats';
import { f16ToF32, f32ToF16 } from './half';
import { unsupportedModel } from './refuse';
import type { TensorInfo, TensorSource } from './tensorSource';

/** `source` without F8 and F64. */
export function withFloats<Source extends TensorSource>(source: Source): Source {
  // A tensor is read some rows at a time.
  const scales = new Map<string, Promise<number>>();
  const scaleOnce = (tensor: string): Promise<number> => {
    const scale = scales.get(tensor) ?? scaleOf(source, tensor);
    scales.set(tensor, scale);
    return scale;
  };
  return {
    ...source,
    info(tensor) {
      const info = source.info(tensor);
      if (info && isFloat8(info)) return { ...info, dtype: 'F16', bytes: 2 * info.bytes };
      if (info?.dtype === 'F64') return { ...info, dtype: 'F32', bytes: info.bytes / 2 };
      return info;
    },
    async read(tensor, rows) {
      const info = source.info(tensor);
      const bytes = await source.read(tensor, rows);
      if (info?.dtype === 'F64') return bytesOf(Float32Array.from(new Float64Array(...view(bytes, 8))));
      if (!info || !isFloat8(info)) return bytes;
      const halves = info.dtype === 'F8_E4M3' ? e4m3ToF16(bytes) : e5m2ToF16(bytes);
      const scale = await scaleOnce(tensor);
      return bytesOf(scale === 1 ? halves : scaled(halves, scale));
    },
  };
}

const isFloat8 = ({ dtype }: TensorInfo): boolean => dtype === 'F8_E4M3' || dtype === 'F8_E5M2';

/** What the values of an fp8 `tensor` are multiplied by; 1 where the file does not say. */
async function scaleOf(source: TensorSource, tensor: string): Promise<number> {
  const scope = tensor.replace(/\.weight$/, '');
  const name = [`${scope}.scale_weight`, `${scope}.weight_scale`].find((key) => source.info(key));
  if (name === undefined) return 1;
  const { dtype, shape } = source.info(name)!;
  const single = shape.every((size) => size === 1);
  if (!single || (dtype !== 'F32' && dtype !== 'F16' && dtype !== 'BF16')) {
    throw unsupportedModel(`${source.name}: ${name}`, 'one number for the whole tensor', `${dtype} [${shape}]`);
  }
  return toF32(dtype, await source.read(name))[0]!;
}

function scaled(halves: Uint16Array, scale: number): Uint16Array {
  return f32ToF16(f16ToF32(halves).map((value) => value * scale));
}
