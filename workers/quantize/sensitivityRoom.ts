/**
 * Whether the UNet can be open as a whole, in float32, to measure what four bits in each weight cost. One WebAssembly heap
 * has 4 GB, and a full-size UNet alone takes most of it: there the layers' own errors must do.
 */
import type { Checkpoint } from '../../models/checkpoint';
import { planStage, segmentNeeds } from '../../models/pack';
import { dequantized } from '../../models/quantize/dequantized';
import { roundedToNearest } from '../../models/quantize/integerWeights';
import type { StageSize } from '../../models/stage';
import { CodedError } from '../errors';
import { SEGMENTS } from './sensitivity';

/** Guided calls to measure four bits with, where nobody says how many and there is room. */
export const USUAL_SENSITIVITY = 4;

/** What decides, of what a user asks for. */
export interface Asked {
  readonly sensitivity: number | undefined;
  readonly format: string;
  readonly engine: 'wasm' | 'native';
}

/** Bytes: four for each weight and what its segments compute with, all of them open, and the largest once more with a weight changed. */
export function sensitivityBytes(
  { description, weights }: Pick<Checkpoint, 'description' | 'weights'>,
  size: StageSize,
) {
  const source = weights('unet');
  const inFloats = dequantized(
    source,
    roundedToNearest(source, () => 8),
    [],
  );
  const tensors = planStage(description, 'unet', inFloats, () => 'exact');
  const each = segmentNeeds(description, 'unet', size, tensors, SEGMENTS).map(
    (need) => need.weights + need.values.shared,
  );
  return each.reduce((sum, bytes) => sum + bytes, Math.max(...each));
}

export interface ChosenSensitivity {
  readonly calls: number;
  /** Why it is not the usual number. */
  readonly note?: string;
}

/**
 * The guided calls to measure with: as many as asked for or usual, none in the usual case where `needed` bytes are more than
 * the `heap` that WebAssembly has. `bad-argument` where some were asked for then.
 */
export function chosenSensitivity(
  { sensitivity, format, engine }: Asked,
  needed: () => number,
  heap: () => number,
): ChosenSensitivity {
  const calls = sensitivity ?? USUAL_SENSITIVITY;
  if (!format.startsWith('w4') || engine !== 'wasm' || calls === 0) return { calls };
  const [bytes, most] = [needed(), heap()];
  if (bytes <= most) return { calls };
  const words = `the UNet takes ${gigabytes(bytes)} in float32, WebAssembly has ${gigabytes(most)}`;
  if (sensitivity === undefined)
    return {
      calls: 0,
      note: `--sensitivity 0, bits by the layers' own errors: ${words}; --engine native measures them`,
    };
  throw new CodedError('bad-argument', {
    argument: '--sensitivity',
    expected: `0, or --engine native: ${words}`,
    got: `${sensitivity}`,
  });
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
