/** What every comparison asks of its arguments first. */
import { CodedError } from '../../errors';

/** Throws `bad-argument` that names `argument` where there is nothing to compare, or not the same number of things. */
export function sameLength(argument: string, reference: ArrayLike<number>, got: ArrayLike<number>): void {
  if (reference.length > 0 && got.length === reference.length) return;
  const expected = reference.length > 0 ? `${reference.length} numbers` : 'numbers';
  throw new CodedError('bad-argument', { argument, expected, got: `${got.length}` });
}
