/**
 * What a drawing will take, and whether this device can give it: worked out before anything is opened. Stages run one
 * after another in one heap that never shrinks, so the largest decides.
 */

/** A stage's share of the heap, bytes. */
export interface StageNeed {
  /** Weights as they lie in the heap. */
  readonly weights: number;
  /** Values in flight at the worst moment of a run. */
  readonly values: number;
}

/** What a device can give, bytes. */
export interface Device {
  /** How far one WebAssembly heap grows (`heapLimit`). */
  readonly heapBytes: number;
  /** Memory of the whole device, as far as it says (`navigator.deviceMemory` says at most 8 GB, or 32 in newer browsers). */
  readonly memoryBytes?: number;
}

/** ONNX Runtime itself, its threads' stacks, a session's plan: the heap after a network of a few bytes, rounded up. */
const LIBRARY_BYTES = 48 * 1024 * 1024;

/** Heap per byte of values: what lies idle between blocks. Measured over the stages of a full-size model (build/bench). */
const FRAGMENTATION = 1.25;

/** Of a device's memory, what one page may hope for beside the system, the browser and other pages. */
const SHARE = 0.5;

/** The heap that the neediest of `stages` takes. */
export const peakHeap = (stages: readonly StageNeed[]): number =>
  Math.max(...stages.map(({ weights, values }) => LIBRARY_BYTES + weights + Math.ceil(FRAGMENTATION * values)));

/** Bytes that a drawing's heap may grow to. */
export const availableHeap = ({ heapBytes, memoryBytes = Number.POSITIVE_INFINITY }: Device): number =>
  Math.min(heapBytes, Math.floor(SHARE * memoryBytes));

/** The first of `choices` (best first) that `device` can give room, or `undefined` where none fits. */
export function firstThatFits<Choice>(
  choices: readonly Choice[],
  needs: (choice: Choice) => readonly StageNeed[],
  device: Device,
): Choice | undefined {
  const available = availableHeap(device);
  return choices.find((choice) => peakHeap(needs(choice)) <= available);
}
