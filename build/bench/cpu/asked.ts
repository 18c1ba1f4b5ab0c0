/** What `npm run bench -- cpu` is asked for: of names and numbers that there are none of nothing is measured. */
import { CodedError } from '../../../models/errors';

/** All where none is given; `none`, by itself, is none of them. Throws `bad-argument` of `option` for a name that is not `known`. */
export function namesAsked(
  option: string,
  given: readonly string[] | undefined,
  known: readonly string[],
): readonly string[] {
  if (!given) return known;
  if (given.length === 1 && given[0] === 'none') return [];
  const unknown = given.find((name) => !known.includes(name));
  if (unknown !== undefined) throw refused(option, `${known.join(', ')}, or none`, unknown);
  return given;
}

/** A whole number, 1 or more. Throws `bad-argument` of `option` for what is none. */
export function countAsked(option: string, given: string): number {
  if (!/^[1-9]\d{0,3}$/.test(given)) throw refused(option, 'a whole number from 1 to 9999', given);
  return Number(given);
}

const refused = (argument: string, expected: string, got: string): CodedError =>
  new CodedError('bad-argument', { argument, expected, got });
