/** Frames as they stand in `bridge-android/protocol/vectors.json`: their bytes in base64 beside what they mean. */
import { bytesTensor, decodeFrame, type FrameTensor } from '../../workers/backend/bridge/frame';

export interface TensorVector {
  readonly dtype: 'F32' | 'I32' | 'U8';
  readonly shape: readonly number[];
  readonly base64: string;
}

const DTYPES = { float32: 'F32', int32: 'I32', uint8: 'U8' } as const;

export const tensorVector = {
  bytes: (text: string): FrameTensor => bytesTensor(new TextEncoder().encode(text)),
  json: (value: unknown): FrameTensor => bytesTensor(new TextEncoder().encode(JSON.stringify(value))),
  ints: (shape: readonly number[], data: readonly number[]): FrameTensor => ({
    ...{ type: 'int32', shape, data: Int32Array.from(data) },
  }),
  floats: (shape: readonly number[], data: readonly number[]): FrameTensor => ({
    ...{ type: 'float32', shape, data: Float32Array.from(data) },
  }),
};

export interface FrameMeaning {
  readonly base64: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: Readonly<Record<string, TensorVector>>;
}

const base64 = (data: ArrayBufferView): string =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');

/** The bytes of a sound frame, and what they mean. */
export function frameVector(frame: Uint8Array | ArrayBuffer): FrameMeaning {
  const bytes = Uint8Array.from(new Uint8Array(frame));
  const { metadata, tensors } = decodeFrame(bytes.buffer);
  const meaning = ({ type, shape, data }: FrameTensor): TensorVector => ({
    ...{ dtype: DTYPES[type], shape, base64: base64(data) },
  });
  return {
    base64: base64(bytes),
    metadata: Object.fromEntries(metadata),
    tensors: Object.fromEntries([...tensors].map(([name, tensor]) => [name, meaning(tensor)])),
  };
}
