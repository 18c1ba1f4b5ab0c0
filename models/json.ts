/** JSON that somebody hands over, with our own words for what is wrong with it: each browser and Node have others. */
import { badModel, shown } from './refuse';

/** `bytes` as text; `bad-model` names `argument` where they are no UTF-8. */
export function decodeText(argument: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw badModel(argument, 'UTF-8 text', 'other bytes');
  }
}

/** `text` parsed; `bad-model`, or what `refuse` makes of it, names `argument` and, where the platform tells, the line and column of the fault. */
export function parseJson(argument: string, text: string, refuse = badModel): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refuse(argument, 'JSON', fault(text, (error as SyntaxError).message));
  }
}

/** What is there instead of JSON. `message` is the platform's, of which only the place is taken. */
function fault(text: string, message: string): string {
  const begin = text.trimStart();
  if (begin === '') return 'nothing';
  if (!/^[[{"]/.test(begin)) return `text that begins ${shown(begin.slice(0, 16))}`;
  // V8 quotes the text where it says this, and tells no place.
  if (message.endsWith('is not valid JSON')) return SOMEWHERE;
  const position = /position (\d+)/.exec(message)?.[1]; // V8's
  const [, line, column] = /line (\d+) column (\d+)/.exec(message) ?? lineAndColumn(text, position);
  const atEnd = /\b(end|eof)\b/i.test(message) || (position !== undefined && Number(position) >= text.trimEnd().length);
  if (atEnd) return 'text that ends too early';
  return line === undefined ? SOMEWHERE : `a fault in line ${line}, column ${column}`;
}

const SOMEWHERE = 'text with a fault in it';

function lineAndColumn(text: string, position: string | undefined): (string | number | undefined)[] {
  if (position === undefined) return [];
  const before = text.slice(0, Number(position)).split('\n');
  return [undefined, before.length, before.at(-1)!.length + 1];
}
