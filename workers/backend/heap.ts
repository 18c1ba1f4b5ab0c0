/**
 * How large the WebAssembly heaps of this realm are. ONNX Runtime Web makes one and shows it to nobody, so whoever brings
 * the library in watches for it first; a heap never shrinks, so its size is also the most it ever was.
 */

interface Memory {
  readonly buffer: { readonly byteLength: number };
}

/** `WebAssembly` as far as it is used here: absent from Node's types. */
interface Platform {
  readonly WebAssembly: { Memory: new (...args: never[]) => Memory };
}

const heaps: Memory[] = [];
let watching = false;

/** From now on every heap made in this realm is known to `heapBytes`. */
export function watchHeaps(): void {
  if (watching) return;
  watching = true;
  const { WebAssembly } = globalThis as unknown as Platform;
  WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
    construct(Memory, args, newTarget) {
      const memory = Reflect.construct(Memory, args, newTarget) as Memory;
      heaps.push(memory);
      return memory;
    },
  });
}

/** Bytes of all heaps made since `watchHeaps`. */
export const heapBytes = (): number => heaps.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
