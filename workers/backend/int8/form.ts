/** Which kernels are the fastest that this machine computes rightly with. */
import { later } from '../../../models/later';
import { instantiate, type KernelForm, type Kernels } from './kernels';

const BYTES: Readonly<Record<KernelForm, () => Promise<{ readonly default: Uint8Array<ArrayBuffer> }>>> = {
  relaxed: () => import('kernels:relaxed'),
  pairs: () => import('kernels:pairs'),
  plain: () => import('kernels:plain'),
};

/** What the bytes of an activation may be: up to so many above the lowest, which is 0, or −128 where bytes have a sign. */
export interface ByteRange {
  readonly levels: 255 | 127;
  readonly lowest: 0 | -128;
}

/** Kernels, and what bytes they multiply exactly here. */
export interface Form {
  readonly form: KernelForm;
  readonly module: WebAssembly.Module;
  readonly bytes: ByteRange;
}

/**
 * The fastest for this machine. One instruction for four products of bytes is the best there is where a machine has it,
 * which shows by its being exact for eight bits; elsewhere it is made of five, and of two pairs of three.
 */
export async function bestForm(shared: boolean): Promise<Form> {
  const relaxed = await formOf('relaxed', shared);
  if (relaxed?.bytes.levels === 255) return relaxed;
  return (await formOf('pairs', shared)) ?? relaxed ?? (await formOf('plain', shared))!;
}

/** One of the three; nothing where this engine cannot compile it or gets it wrong. */
export async function formOf(form: KernelForm, shared: boolean): Promise<Form | undefined> {
  const { default: bytes } = await later(BYTES[form]());
  const module = await WebAssembly.compile(shared ? bytes : unshared(bytes)).catch(() => undefined);
  if (!module) return undefined;
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared });
  const range = exactRange(instantiate(module, memory), memory.buffer);
  return range && { form, module, bytes: range };
}

/** Signed bytes are what ARM multiplies, unsigned ones what x86 does; where neither is exact, seven bits may be. */
const RANGES: readonly ByteRange[] = [
  { levels: 255, lowest: 0 },
  { levels: 255, lowest: -128 },
  { levels: 127, lowest: 0 },
];

/**
 * The widest range of bytes whose products with all weights come out right. What a relaxed product of bytes is beyond seven
 * bits is left to the machine (WebAssembly core specification 3.0, relaxed_dot), and V8 11.3 gets it wrong within them.
 */
function exactRange(kernels: Kernels, memory: ArrayBufferLike): ByteRange | undefined {
  return RANGES.find((range) => isExact(kernels, new Int8Array(memory), range));
}

const [OUT, WEIGHTS, ROWS, STEPS] = [1024, 2048, 4096, 16] as const;

function isExact(kernels: Kernels, bytes: Int8Array, { levels, lowest }: ByteRange): boolean {
  const length = 4 * STEPS;
  let state = 1;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  // All at their limits first, so that sixteen bits overflow where they are summed up in sixteen.
  for (const extreme of [true, false]) {
    const weight = (): number => (extreme ? (random() < 0.8 ? 127 : -127) : Math.floor(random() * 255) - 127);
    const activation = (): number => lowest + (extreme ? levels : Math.floor(random() * (levels + 1)));
    const weights = bytes.subarray(WEIGHTS, WEIGHTS + 8 * length).map(weight);
    const rows = bytes.subarray(ROWS, ROWS + 6 * length);
    const values = Int16Array.from(rows, activation);
    bytes.set(weights, WEIGHTS);
    rows.set(values);
    const at = [0, 1, 2, 3, 4, 5].map((row) => ROWS + row * length) as [number, number, number, number, number, number];
    kernels.dotBytes(WEIGHTS, STEPS, OUT, ...at);
    const sums = new Int32Array(bytes.buffer, OUT, 48);
    for (let i = 0; i < 48; i++) {
      const [row, n] = [i >> 3, i & 7];
      let expected = 0;
      for (let k = 0; k < length; k++) {
        expected += values[row * length + k]! * weights[(k >> 2) * 32 + n * 4 + (k & 3)]!;
      }
      if (sums[i] !== expected) return false;
    }
  }
  return true;
}

const IMPORT = Uint8Array.from([...'\x03env\x06memory'].map((letter) => letter.charCodeAt(0)));
/** Of an imported memory: with a maximum and shared; with a maximum (WebAssembly core specification, 5.3.12, threads proposal). */
const [SHARED, ALONE] = [0x03, 0x01];

/** The same module for a memory that is not shared. */
function unshared(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const copy = bytes.slice();
  const at = copy.findIndex((_, i) => IMPORT.every((byte, j) => copy[i + j] === byte)) + IMPORT.length + 1;
  if (copy[at] !== SHARED) throw new Error('kernels: no shared memory is imported');
  copy[at] = ALONE;
  return copy;
}
