/** What nobody here is called. */
import { CodedError } from './errors';
import { nearest } from './nearest';

/** `bad-argument`: `noun`, such as "a LoRA", of which those here have `names`, is none called `name`. */
export function unknownName(argument: string, name: string, noun: string, names: readonly string[]): CodedError {
  const here = names.length === 0 ? 'where there is none' : `such as ${nearest(name, names, 3).join(', ')}`;
  return new CodedError('bad-argument', {
    argument,
    expected: `${noun} that is here, ${here}`,
    got: name,
  });
}
