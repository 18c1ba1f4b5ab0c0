/** Which kernels are the fastest that this machine computes rightly with. */
import { instantiate, type KernelForm } from './kernels';

const BYTES: Readonly<Record<KernelForm, () => Promise<{ readonly default: Uint8Array<ArrayBuffer> }>>> = {
  relaxed: () => import('kernels:relaxed'),
  pairs: () => import('kernels:pairs'),
  plain: () => import('kernels:plain'),
};

/**
 * The module for this machine. One instruction for four products of bytes is the best there is where a machine has it,
 * which shows by its being exact for eight bits; else it is made of four instructions, of which two pairs take three.
 */
export async function bestForm(shared: boolean): Promise<{ readonly form: KernelForm; readonly module: WebAssembly.Module }> {
  const relaxed = await formOf('relaxed', shared).catch(() => undefined);
  if (!relaxed) return { form: 'plain', module: await formOf('plain', shared) };
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared });
  if (instantiate(relaxed, memory).probe() !== 127) return { form: 'relaxed', module: relaxed };
  return { form: 'pairs', module: await formOf('pairs', shared) };
}

/** One of the three. Rejects where this engine cannot compile it. */
export async function formOf(form: KernelForm, shared: boolean): Promise<WebAssembly.Module> {
  const { default: bytes } = await BYTES[form]();
  return WebAssembly.compile(shared ? bytes : unshared(bytes));
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
