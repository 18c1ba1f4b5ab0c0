/**
 * What is found in one picture that the reference and a quantized model have drawn: numbers that go through JSON and add up
 * over pictures, so that a comparison can stop after any of them and go on.
 */
import type { CalibrationPrompt } from '../../calibration/calibrationPrompts';
import { CodedError } from '../../errors';
import { type ConditioningKept, conditioningKept, type Guided, guidedNoise } from '../quality/conditioning';
import { meanSquaredError } from '../quality/psnr';
import { type Energies, energies } from '../quality/sqnr';
import { type Rgb, ssim } from '../quality/ssim';

/** A picture to draw. */
export interface PictureTask extends CalibrationPrompt {
  readonly seed: number;
}

/** Both calls of the UNet at one timestep, of the sample that the reference had reached. */
export interface CallRecord {
  /** 0 … 999. */
  readonly timestep: number;
  readonly conditional: Energies;
  readonly unconditional: Energies;
  /** Of the noise that guidance makes of both, which is what a step goes by. */
  readonly guided: Energies;
  /** Absent where the prompt makes no difference to the reference: nothing could be kept. */
  readonly kept?: ConditioningKept;
}

/** `calls` are the same calls of both; `latents` and the rest are where each has come by itself. */
export interface PictureRecord extends PictureTask {
  readonly calls: readonly CallRecord[];
  readonly latents: Energies;
  /** Of 8-bit pixels. */
  readonly meanSquaredError: number;
  readonly ssim: number;
}

/** Where a drawing ends. */
export interface Drawn {
  /** What the decoder is given. */
  readonly latents: Float32Array;
  readonly picture: Rgb;
}

/** `bad-argument` where sizes differ, `bad-picture` where the quantized network gives what is no finite number. */
export function compareCalls(
  timestep: number,
  reference: Guided,
  quantized: Guided,
  guidanceScale: number,
): CallRecord {
  const conditional = finite(timestep, energies(reference.conditional, quantized.conditional));
  const unconditional = finite(timestep, energies(reference.unconditional, quantized.unconditional));
  const [expected, got] = [reference, quantized].map((noise) => guidedNoise(noise, guidanceScale));
  const guided = energies(expected!, got!);
  const heard = reference.conditional.some((value, i) => value !== reference.unconditional[i]);
  return {
    timestep,
    conditional,
    unconditional,
    guided,
    ...(heard ? { kept: conditioningKept(reference, quantized) } : {}),
  };
}

/** `bad-argument` where sizes differ. */
export function comparePictures(
  task: PictureTask,
  calls: readonly CallRecord[],
  reference: Drawn,
  quantized: Drawn,
): PictureRecord {
  const latents = energies(reference.latents, quantized.latents);
  const similarity = ssim(reference.picture, quantized.picture);
  const squares = meanSquaredError(reference.picture.pixels, quantized.picture.pixels);
  return { ...task, calls, latents, meanSquaredError: squares, ssim: similarity };
}

function finite(timestep: number, found: Energies): Energies {
  if (Number.isFinite(found.noise)) return found;
  const argument = `quantized noise at timestep ${timestep}`;
  throw new CodedError('bad-picture', { argument, expected: 'finite numbers', got: `an error of ${found.noise}` });
}
