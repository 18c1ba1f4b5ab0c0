/** The constants of a graph: small ones within it, the others one after another in a file whose bytes are made as they are written. */
import { CodedError } from '../../errors';
import { ALIGNMENT_BYTES } from '../../manifest';
import type { IntegerWeights } from '../../quantize/integerWeights';
import type { ElementType, Initializer } from '../onnx/onnxModel';

export const ELEMENT_BITS: Readonly<Record<ElementType, number>> = {
  float32: 32,
  uint8: 8,
  int8: 8,
  uint16: 16,
  int16: 16,
  int32: 32,
  int64: 64,
  float16: 16,
  int4: 4,
};

/** Most bytes of one file: what 32-bit offsets reach, which phones and Qualcomm's tools have. */
export const MOST_FILE_BYTES = 2 ** 31 - 1;

/** The memory behind numbers. */
export type Memory = ArrayBufferView;

type Make = (weights: IntegerWeights) => Promise<Memory>;

export class ConstantFile {
  private readonly known = new Map<string, Initializer>();
  private readonly parts: { readonly offset: number; readonly bytes: number; readonly make: Make }[] = [];
  private end = 0;

  constructor(private readonly file: string) {}

  get initializers(): Initializer[] {
    return [...this.known.values()];
  }

  /** Length of the file. `bad-argument` where it would be longer than a file may be. */
  get bytes(): number {
    if (this.end <= MOST_FILE_BYTES) return this.end;
    const expected = `at most ${MOST_FILE_BYTES} bytes in one file`;
    throw new CodedError('bad-argument', { argument: this.file, expected, got: `${this.end}` });
  }

  /** A constant within the graph. */
  inline(
    name: string,
    type: ElementType,
    shape: readonly number[],
    { buffer, byteOffset, byteLength }: Memory,
  ): string {
    this.known.set(name, { name, type, shape, data: new Uint8Array(buffer, byteOffset, byteLength) });
    return name;
  }

  /** A constant in the file; asked for again, the same. */
  place(name: string, type: ElementType, shape: readonly number[], make: Make): string {
    if (this.known.has(name)) return name;
    const offset = Math.ceil(this.end / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
    const bytes = Math.ceil((ELEMENT_BITS[type] * shape.reduce((product, size) => product * size, 1)) / 8);
    this.known.set(name, { name, type, shape, data: { file: this.file, offset, bytes } });
    this.parts.push({ offset, bytes, make });
    this.end = offset + bytes;
    return name;
  }

  /** The file's bytes, one constant at a time, gaps filled with zeros. */
  async *stream(weights: IntegerWeights): AsyncGenerator<Uint8Array> {
    let at = 0;
    for (const { offset, bytes, make } of this.parts) {
      if (offset > at) yield new Uint8Array(offset - at);
      const { buffer, byteOffset, byteLength } = await make(weights);
      if (byteLength !== bytes) throw new TypeError(`a constant of ${bytes} bytes was made in ${byteLength}`);
      yield new Uint8Array(buffer, byteOffset, byteLength);
      at = offset + bytes;
    }
  }
}
