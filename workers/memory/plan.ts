/**
 * What a drawing will take, and whether this device can give it: worked out before anything is opened. Stages run one
 * after another in one heap that never shrinks, so the largest decides.
 */
import type { HeapNeed } from '../../models/graph/onnx/graphBuilder';

/** What a device can give, bytes. */
export interface Device {
  /** How far one WebAssembly heap grows (`heapLimit`). */
  readonly heapBytes: number;
  /** Memory of the whole device, as far as it says (`navigator.deviceMemory` says at most 8 GB, or 32 in newer browsers). */
  readonly memoryBytes?: number;
}

/** ONNX Runtime itself, its threads' stacks, a session's plan: the heap after a network of a few bytes. */
const LIBRARY_BYTES = 32 * 1024 * 1024;

/** Heap per byte of values: gaps between what is in use. `npm run bench -- sd15` prints the heap beside the plan. */
const GAPS = 1.1;

/**
 * Share of the heap that a stage which was closed leaves unusable, by what lies scattered in it: of a UNet that was
 * streamed 0.2 to 0.35 (`npm run bench -- sd15-chromium` prints the heap beside the plan).
 */
const LEFT = 0.2;

/** The heap grows by a fifth of itself more than was asked for, and by no more than this (Emscripten's default). */
const GROWTH = { share: 0.2, mostBytes: 96 * 1024 * 1024 };

/** Of a device's memory, what one page may hope for beside the system, the browser and other pages. */
const SHARE = 0.5;

/**
 * The size of the heap after the neediest of what is run one after another; `lean` as in `Course`. `before`: bytes that
 * a UNet made the heap grow to earlier, 0 where none did.
 */
export function peakHeap(needs: readonly HeapNeed[], lean: boolean, before = 0): number {
  const valueBytes = ({ values }: HeapNeed): number => (lean ? values.lean : values.shared);
  const most = Math.max(...needs.map((need) => LIBRARY_BYTES + need.weights + GAPS * valueBytes(need)));
  const used = most + LEFT * before;
  return used <= before ? before : Math.ceil(used + Math.min(GROWTH.share * used, GROWTH.mostBytes));
}

/** Bytes that a drawing's heap may grow to. */
export const availableHeap = ({ heapBytes, memoryBytes = Number.POSITIVE_INFINITY }: Device): number =>
  Math.min(heapBytes, Math.floor(SHARE * memoryBytes));
