/** The words behind a command, told apart; what is wrong with them is said in our words, with the option's name first. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { CodedError } from './errors';

type Options = NonNullable<ParseArgsConfig['options']>;

/**
 * `args` by the names of `options`, and what stands alone. Throws `bad-argument` for an option that is not among them
 * (`usage` says which are), one without its value, or a value where there is none.
 */
export function readOptions<const T extends Options>(args: readonly string[], options: T, usage: string) {
  const config = { args: [...args], options, allowPositionals: true } as const;
  const { tokens } = parseArgs({ ...config, strict: false, tokens: true });
  for (const token of tokens) if (token.kind === 'option') checkOption(token, options[token.name]?.type, usage);
  return parseArgs({ ...config, strict: true });
}

interface Given {
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function checkOption({ rawName, value, inlineValue }: Given, type: 'string' | 'boolean' | undefined, usage: string) {
  if (type === undefined) throw badArgument(rawName, usage, 'an option of another name');
  if (type === 'boolean' && value !== undefined) throw badArgument(rawName, 'no value', value);
  if (type === 'string' && value === undefined) throw badArgument(rawName, 'a value', 'nothing');
  // A value that begins with a dash is written `--name=-value`.
  if (type === 'string' && !inlineValue && /^-./.test(value!)) throw badArgument(rawName, 'a value', `option ${value}`);
}

export const badArgument = (argument: string, expected: string, got: string): CodedError =>
  new CodedError('bad-argument', { argument, expected, got: got === '' ? 'nothing' : got });
