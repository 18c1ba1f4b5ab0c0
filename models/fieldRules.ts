/** What the fields of a JSON file must be, as tables: each rule says it in words, for who is told that it is broken. */
import { badModel, shown } from './refuse';

export interface Rule {
  readonly expected: string;
  holds(value: unknown): boolean;
}

const integer = (value: unknown, least: number): boolean => Number.isSafeInteger(value) && (value as number) >= least;

export const COUNT: Rule = { expected: 'a positive integer', holds: (value) => integer(value, 1) };
export const INDEX: Rule = { expected: 'an integer from 0 on', holds: (value) => integer(value, 0) };
export const NUMBER: Rule = { expected: 'a number', holds: Number.isFinite };
export const POSITIVE: Rule = {
  expected: 'a number above 0',
  holds: (value) => Number.isFinite(value) && (value as number) > 0,
};
export const FLAG: Rule = { expected: 'true or false', holds: (value) => typeof value === 'boolean' };
export const TEXT: Rule = { expected: 'a string', holds: (value) => typeof value === 'string' };
export const NAME: Rule = { expected: 'a name', holds: (value) => typeof value === 'string' && value !== '' };
export const SHA256: Rule = {
  expected: '64 digits of a hash',
  holds: (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value),
};

export const oneOf = (...choices: readonly unknown[]): Rule => ({
  expected: `one of ${choices.join(', ')}`,
  holds: (value) => choices.includes(value),
});

/** A list of at least one. */
export const listOf = ({ expected, holds }: Rule): Rule => ({
  expected: `a list, each of it ${expected}`,
  holds: (value) => Array.isArray(value) && value.length > 0 && value.every(holds),
});

/** The same, or no such field at all. */
export const optional = ({ expected, holds }: Rule): Rule => ({
  expected: `${expected}, or no such field`,
  holds: (value) => value === undefined || holds(value),
});

/** The fields of `json` by their names; `bad-model` at `argument` where it is no object. */
export function fieldsIn(argument: string, json: unknown): Readonly<Record<string, unknown>> {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Record<string, unknown>;
  throw badModel(argument, 'an object', shown(json));
}

/** `bad-model` at `argument` and the field's name where one of `rules` does not hold of `json`. */
export function checkFields(argument: string, json: unknown, rules: Readonly<Record<string, Rule>>): void {
  const fields = fieldsIn(argument, json);
  for (const [name, { expected, holds }] of Object.entries(rules)) {
    if (!holds(fields[name])) throw badModel(`${argument}.${name}`, expected, shown(fields[name]));
  }
}

/** The list that `json` is; `bad-model` at `argument` where it is none, or empty. */
export function listIn(argument: string, json: unknown): readonly unknown[] {
  if (!Array.isArray(json) || json.length === 0) throw badModel(argument, 'a list of at least one', shown(json));
  return json;
}
