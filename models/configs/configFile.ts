/**
 * One `config.json`, read key by key. An absent key (or null) takes the default of the library that wrote the file; a
 * key of the wrong type is `bad-model`, naming file and key; a value that no graph here implements is
 * `unsupported-model`, saying what was found.
 */
import { decodeText, parseJson } from '../json';
import { badModel, shown, unsupportedModel } from '../refuse';
import type { Folder } from '../source';

/** Far above any config, index of shards or vocabulary. */
const MAX_TEXT_BYTES = 20_000_000;

export class ConfigFile {
  constructor(
    readonly file: string,
    readonly json: Readonly<Record<string, unknown>>,
  ) {}

  /** Reads `file` of `folder`; `bad-model` where it is missing or not a JSON object. */
  static async open(folder: Folder, file: string): Promise<ConfigFile> {
    const text = await readText(folder, file);
    const json = parseJson(file, text);
    if (!isObject(json)) throw badModel(file, 'a JSON object', shown(json));
    return new ConfigFile(file, json);
  }

  /** The object at `key` as a config of its own, or `undefined`. */
  nested(key: string): ConfigFile | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    if (!isObject(value)) throw this.wrong(key, 'an object', value);
    return new ConfigFile(`${this.file}: ${key}`, value);
  }

  /** A positive integer. */
  count(key: string, absent: number): number {
    const value = this.value(key) ?? absent;
    if (!isCount(value)) throw this.wrong(key, 'a positive integer', value);
    return value;
  }

  number(key: string, absent: number): number {
    const value = this.value(key) ?? absent;
    if (typeof value !== 'number' || !Number.isFinite(value)) throw this.wrong(key, 'a number', value);
    return value;
  }

  boolean(key: string, absent: boolean): boolean {
    const value = this.value(key) ?? absent;
    if (typeof value !== 'boolean') throw this.wrong(key, 'true or false', value);
    return value;
  }

  /** A list of positive integers. */
  counts(key: string, absent: readonly number[]): readonly number[] {
    const value = this.value(key) ?? absent;
    if (!Array.isArray(value) || value.length === 0 || !value.every(isCount)) {
      throw this.wrong(key, 'a list of positive integers', value);
    }
    return value;
  }

  /** A positive integer for all of `length` levels, or a list with one for each. */
  countPerLevel(key: string, absent: number, length: number): readonly number[] {
    const value = this.value(key) ?? absent;
    if (isCount(value)) return new Array<number>(length).fill(value);
    const list = this.counts(key, []);
    if (list.length !== length) throw this.wrong(key, `a number, or a list of ${length}`, value);
    return list;
  }

  /** As `countPerLevel` where every level must have the same number. */
  sameCount(key: string, absent: number, length: number): number {
    const [first, ...rest] = this.countPerLevel(key, absent, length);
    if (rest.some((other) => other !== first)) throw this.unsupported(key, 'the same number on every level');
    return first!;
  }

  /** One of `choices`; another string is of an architecture that is not implemented. */
  choice<const Choice extends string>(key: string, absent: Choice, choices: readonly Choice[]): Choice {
    const value = this.value(key) ?? absent;
    if (typeof value !== 'string') throw this.wrong(key, 'a string', value);
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw this.unsupported(key, choices.join(' or '));
    return found;
  }

  /** A list of `choices`, `length` long. */
  choices<const Choice extends string>(
    key: string,
    absent: readonly Choice[],
    choices: readonly Choice[],
    length: number,
  ): readonly Choice[] {
    const value = this.value(key) ?? absent;
    if (!Array.isArray(value) || value.length !== length) throw this.wrong(key, `a list of ${length} strings`, value);
    const stranger = value.find((name) => !choices.includes(name));
    if (stranger !== undefined) throw unsupportedModel(`${this.file}: ${key}`, choices.join(' or '), shown(stranger));
    return value;
  }

  /** Refuses anything but `only` (null stands for absent, which is always allowed). */
  demand(key: string, only: unknown, meaning = `${shown(only)} or absent`): void {
    const value = this.value(key);
    if (value !== undefined && value !== only) throw this.unsupported(key, meaning);
  }

  unsupported(key: string, expected: string): Error {
    return unsupportedModel(`${this.file}: ${key}`, expected, shown(this.value(key)));
  }

  wrong(key: string, expected: string, got: unknown): Error {
    return badModel(`${this.file}: ${key}`, expected, shown(got));
  }

  /** The raw value; absent and null are the same. */
  value(key: string): unknown {
    return Object.hasOwn(this.json, key) ? (this.json[key] ?? undefined) : undefined;
  }
}

/** The text of a file of the folder; `bad-model` where it is missing, longer than 20 MB or not UTF-8. */
export async function readText(folder: Folder, file: string): Promise<string> {
  const source = await folder.file(file);
  if (!source) throw badModel(`${folder.place}: ${file}`, 'this file', 'none');
  if (source.size > MAX_TEXT_BYTES) throw badModel(file, `at most ${MAX_TEXT_BYTES} bytes`, `${source.size}`);
  return decodeText(file, await source.read(0, source.size));
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
