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
  for (const token of tokens) if (token.kind === 'option') checkOption(token, options, usage);
  return parseArgs({ ...config, strict: true });
}

interface Given {
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function checkOption({ rawName, value, inlineValue }: Given, options: Options, usage: string) {
  const type = typeOf(rawName, options);
  if (type === undefined) throw badArgument(rawName, usage, 'an option of another name');
  if (type === 'boolean' && value !== undefined) throw badArgument(rawName, 'no value', value);
  if (type === 'string' && value === undefined) throw badArgument(rawName, 'a value', 'nothing');
  if (type !== 'string' || inlineValue || !/^-./.test(value!)) return;
  if (typeOf(value!, options)) throw badArgument(rawName, 'a value', `option ${value}`);
  const hint = `one that begins with a dash is written ${rawName}=${value}`;
  throw badArgument(rawName, `a value (${hint})`, value!);
}

/** Of the option that `word` names; `undefined` where there is none such. */
const typeOf = (word: string, options: Options): 'string' | 'boolean' | undefined =>
  word.startsWith('--') ? options[word.slice(2).split('=')[0]!]?.type : undefined;

/** `text` as an integer, written in digits; `bad-argument` where it is anything else. */
export function integerWord(argument: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^-?\d+$/.test(text)) throw badArgument(argument, 'an integer, in digits', text);
  return Number(text);
}

/** `text` as a decimal number; `bad-argument` where it is anything else. */
export function numberWord(argument: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!DECIMAL.test(text)) throw badArgument(argument, 'a number', text);
  return Number(text);
}

/** What people write: neither `1e2` nor `0x10`, which JavaScript would take. */
const DECIMAL = /^[-+]?(\d+\.?\d*|\.\d+)$/;

export const badArgument = (argument: string, expected: string, got: string): CodedError =>
  new CodedError('bad-argument', { argument, expected, got: got === '' ? 'nothing' : got });
