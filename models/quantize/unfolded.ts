/**
 * What lies in four bits and steps, as it is computed with: kernels in eight bits, `taps` with a scale for each output channel.
 * They are unfolded one by one while they are read, so that whoever reads knows of eight bits alone, and holds little more than that.
 */
import { aligned, type Manifest, STAGE_NAMES, type StageManifest } from '../manifest';
import type { PackedTensor, StageWeights } from '../stage';
import { checkBounds } from '../stageWeights';
import { isFolded } from './folded';
import { KERNEL_BLOCK, keyOf } from './plan';
import { transposeRows } from './transpose';
import { fromNibbles } from './unpacked';
import { ROWS } from './weight';

/** A tensor as it is read, and what it is read from: itself, or steps and nibbles. */
interface Read {
  readonly opened: PackedTensor;
  readonly stored: readonly PackedTensor[];
}

function readingOf(tensors: readonly PackedTensor[]): Read[] {
  let end = 0;
  let steps: PackedTensor | undefined;
  return tensors.flatMap((tensor): Read[] => {
    const { key, layout } = keyOf(tensor.name);
    if (layout === 'steps') {
      steps = tensor;
      return [];
    }
    const offset = aligned(end);
    const folded = layout === 'nibbles';
    const bytes = folded ? 2 * tensor.bytes : tensor.bytes;
    end = offset + bytes;
    if (!folded) return [{ opened: { ...tensor, offset }, stored: [tensor] }];
    const [results, half] = tensor.shape as [number, number];
    const shape = [9, (2 * half) / 9, results];
    return [{ opened: { name: `${key}/taps`, dtype: 'I8', shape, offset, bytes }, stored: [steps!, tensor] }];
  });
}

function unfoldedStage(stage: StageManifest): StageManifest {
  const tensors = readingOf(stage.tensors).map(({ opened }) => opened);
  const { offset, bytes } = tensors.at(-1)!;
  return { tensors, bytes: offset + bytes };
}

/** `manifest` with its tensors as they are read; of stages in which nothing is folded, the same. */
export function unfolded(manifest: Manifest): Manifest {
  const stages = STAGE_NAMES.map((name) => {
    const stage = manifest.stages[name];
    return [name, isFolded(stage.tensors) ? unfoldedStage(stage) : stage];
  });
  return { ...manifest, stages: Object.fromEntries(stages) };
}

/** `weights`, in which `tensors` lie, some of them folded, in the places that `unfolded` says. */
export function unfoldedWeights(weights: StageWeights, tensors: readonly PackedTensor[]): StageWeights {
  const reading = readingOf(tensors);
  const { offset, bytes } = reading.at(-1)!.opened;
  const byOffset = new Map(reading.map((read) => [read.opened.offset, read]));
  /** What was unfolded last, for whoever reads it in pieces. */
  let last: { readonly of: Read; readonly bytes: Uint8Array } | undefined;
  /** The bytes from `from` up to `to` of one tensor. */
  const some = (of: Read, from: number, to: number): Uint8Array => {
    const { opened, stored } = of;
    if (stored.length === 1) {
      const shift = stored[0]!.offset - opened.offset;
      return weights.read(from + shift, to + shift);
    }
    if (last?.of !== of) last = { of, bytes: unfold(weights, of) };
    const found = last.bytes;
    if (to === opened.offset + opened.bytes) last = undefined;
    return found.subarray(from - opened.offset, to - opened.offset);
  };
  return {
    bytes: offset + bytes,
    ...(weights.prepare
      ? {
          prepare: (part) => weights.prepare!(part.flatMap((one) => byOffset.get(one.offset)?.stored ?? [])),
        }
      : {}),
    read(begin, end) {
      checkBounds(begin, end, offset + bytes);
      const exact = byOffset.get(begin);
      if (exact && end <= begin + exact.opened.bytes) return some(exact, begin, end);
      const joined = new Uint8Array(end - begin);
      for (const of of reading) {
        const from = Math.max(begin, of.opened.offset);
        const to = Math.min(end, of.opened.offset + of.opened.bytes);
        if (from < to) joined.set(some(of, from, to), from - begin);
      }
      return joined;
    },
    close: () => weights.close(),
  };
}

/** Beside the result some rows are held, and the steps. */
function unfold(weights: StageWeights, { opened, stored }: Read): Uint8Array {
  const [steps, four] = stored as [PackedTensor, PackedTensor];
  // A copy: what was read is valid until the next read.
  const multiples = weights.read(steps.offset, steps.offset + steps.bytes).slice();
  const nibbles = weights.read(four.offset, four.offset + four.bytes);
  const results = opened.shape.at(-1)!;
  const length = opened.bytes / results;
  const taps = new Int8Array(opened.bytes);
  const some = new Int8Array(Math.min(ROWS, results) * length);
  for (let first = 0; first < results; first += ROWS) {
    const rows = some.subarray(0, Math.min(ROWS, results - first) * length);
    fromNibbles(nibbles.subarray((first * length) / 2), 0, rows);
    for (let at = 0, block = (first * length) / KERNEL_BLOCK; at < rows.length; block++) {
      const multiple = multiples[block]!;
      for (const end = at + KERNEL_BLOCK; at < end; at++) rows[at]! *= multiple;
    }
    transposeRows(rows, taps, first, results, 9);
  }
  return new Uint8Array(taps.buffer);
}
