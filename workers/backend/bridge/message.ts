/** What a host says (`bridge-android/PROTOCOL.md`, sections 3 and 5), read from its frames; `bad-host` where it must not. */
import { CodedError, type ErrorCode } from '../../errors';
import { decodeFrame, type Frame } from './frame';
import { PROTOCOL } from './limits';

export type HostMessage =
  | ({ readonly type: 'answer'; readonly call: number } & Frame)
  | { readonly type: 'progress'; readonly call: number; readonly done?: number; readonly of?: number }
  | { readonly type: 'error'; readonly call: number; readonly error: CodedError }
  /** The host could not read what it was asked, and closes. */
  | { readonly type: 'refused'; readonly error: CodedError };

/** `data`, as it came through the channel, as a message. */
export function readMessage(data: unknown): HostMessage {
  const frame = decodeFrame(data);
  const { metadata } = frame;
  const type = metadata.get('type');
  if (metadata.get('protocol') !== PROTOCOL) throw badHost('protocol', PROTOCOL, shown(metadata.get('protocol')));
  if (type === 'error') {
    const error = errorOf(metadata);
    return metadata.has('call') ? { type, call: numberOf(metadata, 'call'), error } : { type: 'refused', error };
  }
  const call = numberOf(metadata, 'call');
  if (type === 'answer') return { type, call, ...frame };
  if (type !== 'progress') throw badHost('type', 'answer, progress or error', shown(type));
  if (!metadata.has('done')) return { type, call };
  return { type, call, done: countOf(metadata, 'done'), of: countOf(metadata, 'of') };
}

/** A number as the protocol writes it: 1 to 2^53 − 1. */
function numberOf(metadata: Frame['metadata'], key: string): number {
  const value = countOf(metadata, key);
  if (value === 0) throw badHost(key, 'a number from 1', '0');
  return value;
}

function countOf(metadata: Frame['metadata'], key: string): number {
  const text = metadata.get(key);
  const value = /^(0|[1-9]\d*)$/.test(text ?? '') ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw badHost(key, 'a number', shown(text));
  return value;
}

/** Codes of the protocol that have a meaning of ours; all others say that the two sides disagree. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  'bad-model': 'bad-model',
  'corrupt-store': 'corrupt-store',
  'out-of-memory': 'out-of-memory',
  'too-hot': 'too-hot',
  'backend-unavailable': 'backend-unavailable',
  'not-here': 'backend-unavailable',
  aborted: 'aborted',
};

function errorOf(metadata: Frame['metadata']): CodedError {
  const code = metadata.get('code') ?? '';
  const [argument, expected, got] = ['argument', 'expected', 'got'].map((key) => shown(metadata.get(key)));
  const details = { argument: argument!, expected: expected!, got: got! };
  if (Object.hasOwn(CODES, code)) return new CodedError(CODES[code]!, details);
  return badHost(`${code}: ${argument}`, expected!, got!);
}

/** The host broke the protocol. */
export const badHost = (argument: string, expected: string, got: string): CodedError =>
  new CodedError('bad-host', { argument, expected, got });

const shown = (text: string | undefined): string => (text === undefined ? 'nothing' : text.slice(0, 200));
