/** The bridge's vectors as the specs read them. */
import { readFile } from 'node:fs/promises';
import type { ControlVector } from '../../../../build/bridge/control';
import type { FrameVector } from '../../../../build/bridge/frames';
import type { Conversation, Step } from '../../../../build/bridge/saying';
import { VECTORS } from '../../../../build/bridge/vectors';
import { fromRoot } from '../../../root';

export const vectors = JSON.parse(await readFile(fromRoot(VECTORS), 'utf8')) as {
  readonly frames: readonly FrameVector[];
  readonly conversations: readonly Conversation[];
  readonly control: readonly ControlVector[];
};

/** A buffer of its own, as a channel delivers it. */
export const bufferOf = (base64: string): ArrayBuffer => Uint8Array.from(Buffer.from(base64, 'base64')).buffer;

export const frameOf = (step: Step): ArrayBuffer => bufferOf('base64' in step ? (step.base64 ?? '') : '');
