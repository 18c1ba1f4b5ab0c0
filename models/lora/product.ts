/**
 * `W + scale · up · down` in float32, by four numbers at a time in WebAssembly: a LoRA of rank 32 for all of a UNet's linear layers
 * is nine billion multiplications.
 */
import bytes from 'kernels:product';

/** `up` `[rows, rank]` and `down` `[rank, columns]`, row-major. */
export interface Factors {
  readonly up: Float32Array;
  readonly down: Float32Array;
  readonly rank: number;
}

interface Product {
  readonly memory: WebAssembly.Memory;
  addProduct(sum: number, up: number, down: number, rows: number, columns: number, rank: number): void;
}

/** Not in the types that Node has of it. */
const { Module } = WebAssembly as unknown as { readonly Module: new (bytes: Uint8Array) => WebAssembly.Module };

/** Made when it is first needed, and kept: its memory grows to what one call takes, a few megabytes beside the factors. */
let made: Product | undefined;
const product = (): Product => {
  // 400 bytes: compiled at once, wherever this runs.
  made ??= new WebAssembly.Instance(new Module(bytes)).exports as unknown as Product;
  return made;
};

/** Numbers of `sum` that are computed at a time, about. */
const TOGETHER = 1 << 18;

const sixteens = (count: number): number => Math.ceil(count / 16) * 16;

/** Adds `scale · up · down` to `sum` `[rows, columns]`. A row comes out the same whatever is computed with it. */
export function addProduct(sum: Float32Array, { up, down, rank }: Factors, scale: number): void {
  const rows = up.length / rank;
  const columns = down.length / rank;
  const width = sixteens(columns);
  const together = Math.max(1, Math.min(rows, Math.floor(TOGETHER / width)));
  const at = { down: 0, up: rank * width, sum: rank * width + sixteens(together * rank) };
  const numbers = memoryFor(at.sum + together * width);
  put(numbers, down, { at: at.down, columns, width });
  for (let begin = 0; begin < rows; begin += together) {
    const count = Math.min(together, rows - begin);
    const some = sum.subarray(begin * columns, (begin + count) * columns);
    for (let i = 0; i < count * rank; i++) numbers[at.up + i] = scale * up[begin * rank + i]!;
    put(numbers, some, { at: at.sum, columns, width });
    product().addProduct(4 * at.sum, 4 * at.up, 4 * at.down, count, width, rank);
    for (let row = 0; row < count; row++) {
      const from = at.sum + row * width;
      some.set(numbers.subarray(from, from + columns), row * columns);
    }
  }
}

/** Rows of `columns` to rows of `width`; what is between them is not looked at. */
function put(
  numbers: Float32Array,
  values: Float32Array,
  { at, columns, width }: { readonly at: number; readonly columns: number; readonly width: number },
): void {
  for (let row = 0; row * columns < values.length; row++)
    numbers.set(values.subarray(row * columns, (row + 1) * columns), at + row * width);
}

function memoryFor(count: number): Float32Array {
  const { memory } = product();
  const missing = Math.ceil((4 * count - memory.buffer.byteLength) / 65_536);
  if (missing > 0) memory.grow(missing);
  return new Float32Array(memory.buffer);
}
