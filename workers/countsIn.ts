/** In which calls of the denoiser something counts that is asked for in a part of them. */

/** Fractions in [0, 1]; by default all of it. */
export interface Part {
  readonly start?: number;
  readonly end?: number;
}

/**
 * Whether `call` of `calls`, counted from 0, is in this part: `1 - float(i / len < start or (i + 1) / len > end)`, in pipeline_controlnet.py of
 * diffusers 0.42.1.
 */
export const countsIn = (call: number, calls: number, { start = 0, end = 1 }: Part): boolean =>
  call / calls >= start && (call + 1) / calls <= end;
