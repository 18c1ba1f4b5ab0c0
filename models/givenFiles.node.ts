/** Errors about a file say the option that gave it, beside its path: of two files that are cut short, which was the LoRA? */
import { isAbsolute, sep } from 'node:path';
import { CodedError } from './errors';
import { fromCaller } from './openDisk.node';

/**
 * `thrown` where it is about no file that `args` gave; otherwise the same error told with the option: `--lora /a/ink.safetensors: …`.
 * `bad-argument` names an option, or what a request calls it, as it is.
 */
export function aboutGiven(thrown: unknown, args: readonly string[]): unknown {
  if (!(thrown instanceof CodedError) || thrown.code === 'bad-argument') return thrown;
  const { code, argument, expected, got } = thrown;
  const said = withOption(argument, args);
  return said === argument ? thrown : new CodedError(code, { argument: said, expected, got }, { cause: thrown });
}

function withOption(argument: string, args: readonly string[]): string {
  const given = wordsOf(args).flatMap(([option, word]) => pathsIn(word).map((path) => ({ option, path })));
  const about = given.filter(({ path }) => isAbout(argument, path));
  // The longest: a file within a folder that was given, too.
  const found = about.sort((a, b) => b.path.length - a.path.length)[0];
  return found ? `${found.option} ${argument}` : argument;
}

/** Options and their values; which of them are files shows where an error is about one. */
function wordsOf(args: readonly string[]): (readonly [option: string, word: string])[] {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  return args.slice(0, end).flatMap((arg, i) => {
    const [, option, inline] = /^(--[a-z][a-z-]*)(?:=(.*))?$/s.exec(arg) ?? [];
    const word = inline ?? args[i + 1];
    return option === undefined || !word || i + (inline === undefined ? 1 : 0) >= end ? [] : [[option, word] as const];
  });
}

/** What `FILE`, `FILE:WEIGHT` or `FILE:NAME` may be: as it was typed, and from the root, as files of weights are told. */
function pathsIn(word: string): string[] {
  const typed = [word, word.replace(/:[^:/\\]*$/, '')].filter((path) => path !== '');
  return typed.flatMap((path) => (isAbsolute(path) ? [path] : [path, fromCaller(path)]));
}

const isAbout = (argument: string, path: string): boolean =>
  argument.startsWith(path) && ['', ':', sep, '/'].includes(argument.slice(path.length, path.length + 1));
