/** The two ways in which a model is turned away: its files are broken, or they are sound and of another kind. */
import { CodedError } from './errors';

/** A file is missing, truncated, or contradicts itself. `argument` is its path, with the key or tensor where there is one. */
export const badModel = (argument: string, expected: string, got: string): CodedError =>
  new CodedError('bad-model', { argument, expected, got });

/** A sound file of an architecture that the graphs do not draw with. */
export const unsupportedModel = (argument: string, expected: string, got: string): CodedError =>
  new CodedError('unsupported-model', { argument, expected, got });

/** Anything found in a JSON file, short enough for one line of a message. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** What is in a file of tensors, for who handed over another than was meant. */
export const someTensors = (names: readonly string[]): string =>
  names.length === 0 ? 'a file without tensors' : `a file with ${names.slice(0, 3).join(', ')}`;
