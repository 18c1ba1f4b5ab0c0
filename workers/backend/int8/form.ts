/** Which kernels are the fastest that this machine computes rightly with. */
import { later } from '../../../models/later';
import { instantiate, type KernelForm, type Kernels } from './kernels';
import { bytesOf, type Numbers, WORDS } from './numbers';

const BYTES: Readonly<Record<KernelForm, () => Promise<{ readonly default: Uint8Array<ArrayBuffer> }>>> = {
  relaxed: () => import('kernels:relaxed'),
  words: () => import('kernels:words'),
};

/** Kernels, and what numbers they multiply exactly here. */
export interface Form {
  readonly form: KernelForm;
  readonly module: WebAssembly.Module;
  readonly numbers: Numbers;
}

/**
 * The best for this machine. One instruction for four products of bytes is the fastest there is where a machine has it,
 * which shows by its being exact for eight bits. Elsewhere it is made of several, for seven bits, a fifth faster than what
 * every machine has for sixteen (Zen 4, V8 15.6): these are worth more, as the pictures show.
 */
export async function bestForm(shared: boolean): Promise<Form> {
  const relaxed = await formOf('relaxed', shared);
  return relaxed && relaxed.numbers.range(1).levels === 255 ? relaxed : (await formOf('words', shared))!;
}

/** One of the two; nothing where this engine cannot compile it or gets it wrong. */
export async function formOf(form: KernelForm, shared: boolean): Promise<Form | undefined> {
  const { default: bytes } = await later(BYTES[form]());
  const module = await WebAssembly.compile(shared ? bytes : unshared(bytes)).catch(() => undefined);
  if (!module) return undefined;
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared });
  const kernels = instantiate(module, memory);
  const numbers = CANDIDATES[form].find((each) => isExact(kernels, memory.buffer, each));
  return numbers && { form, module, numbers };
}

/** Signed bytes are what ARM multiplies, unsigned ones what x86 does; where neither is exact, seven bits may be. */
const CANDIDATES: Readonly<Record<KernelForm, readonly Numbers[]>> = {
  relaxed: [bytesOf(255, 0), bytesOf(255, -128), bytesOf(127, 0)],
  words: [WORDS],
};

const [OUT, WEIGHTS, ROWS, STEPS] = [1024, 2048, 8192, 16] as const;

/**
 * Whether products of such numbers with all weights come out right. What a relaxed product of bytes is beyond seven bits is
 * left to the machine (WebAssembly core specification 3.0, relaxed_dot), and V8 11.3 gets it wrong within them.
 */
function isExact(kernels: Kernels, memory: ArrayBufferLike, { bytes, range }: Numbers): boolean {
  const length = 4 * STEPS;
  const { levels, lowest } = range(length);
  let state = 1;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  // All at their limits first, so that sixteen bits overflow where they are summed up in sixteen.
  for (const extreme of [true, false]) {
    const weight = (): number => (extreme ? (random() < 0.8 ? 127 : -127) : Math.floor(random() * 255) - 127);
    const activation = (): number => lowest + (extreme ? levels : Math.floor(random() * (levels + 1)));
    const weights = Int8Array.from({ length: 8 * length }, weight);
    const values = Int32Array.from({ length: 6 * length }, activation);
    for (const [at, numbers] of [
      [WEIGHTS, weights],
      [ROWS, values],
    ] as const)
      (bytes === 1 ? new Int8Array(memory, at) : new Int16Array(memory, at)).set(numbers);
    const at = [0, 1, 2, 3, 4, 5].map((row) => ROWS + row * length * bytes) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    kernels.dotIntegers(WEIGHTS, STEPS, OUT, ...at);
    const sums = new Int32Array(memory, OUT, 48);
    // Weights lie in fours, or in pairs.
    const together = 4 / bytes;
    for (let i = 0; i < 48; i++) {
      const [row, n] = [i >> 3, i & 7];
      let expected = 0;
      for (let k = 0; k < length; k++) {
        const place = (Math.floor(k / together) * 8 + n) * together + (k % together);
        expected += values[row * length + k]! * weights[place]!;
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
