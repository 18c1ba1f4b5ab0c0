/** Caps and time-outs of the protocol (`bridge-android/PROTOCOL.md`, sections 2, 6 and 7). */

export const PROTOCOL = '1';

export const MAX_FRAME_BYTES = 64 << 20;
export const MAX_HEADER_BYTES = 65_536;
export const MAX_TENSORS = 64;

/** Milliseconds. */
export interface Timeouts {
  readonly hello: number;
  /** Without a frame of a call. */
  readonly silence: number;
  /** From asking until the answer of what computes or opens. */
  readonly whole: number;
}

export const TIMEOUTS: Timeouts = { hello: 5_000, silence: 15_000, whole: 600_000 };
