/**
 * The grammar of the text in which stable-diffusion-webui says how a picture was drawn (`create_infotext` in its
 * modules/processing.py, `parse_generation_parameters` in its modules/infotext_utils.py, 1.10): the prompt, a line that begins with
 * "Negative prompt:", and a last line of `Name: value` pairs. A value with a comma, a colon or a line feed in it is a JSON string.
 *
 * Not every prompt survives it: blanks at the ends of lines go, and a line of the prompt may look like one of the other two.
 */

export interface ParametersText {
  readonly prompt: string;
  readonly negativePrompt: string;
  /** In their order. */
  readonly fields: ReadonlyMap<string, string>;
}

export function writeParameters({ prompt, negativePrompt, fields }: ParametersText): string {
  const negative = negativePrompt === '' ? [] : [`${NEGATIVE} ${negativePrompt}`];
  const last = [...fields].map(([name, value]) => `${name}: ${quoted(value)}`).join(', ');
  return [prompt, ...negative, last].join('\n').trim();
}

export function readParameters(text: string): ParametersText {
  const lines = text.trim().split('\n');
  let pairs = [...lines.at(-1)!.matchAll(PAIR)];
  if (pairs.length < FEWEST_PAIRS) pairs = [];
  else lines.pop();
  const negativeAt = lines.findIndex((line) => line.trim().startsWith(NEGATIVE));
  const end = negativeAt < 0 ? lines.length : negativeAt;
  const fields = new Map<string, string>();
  for (const [, name, value] of pairs) if (value !== '') fields.set(name!, unquoted(value!));
  return { prompt: joined(lines.slice(0, end)), negativePrompt: joined(lines.slice(end).map(afterNegative)), fields };
}

const NEGATIVE = 'Negative prompt:';

/** A last line with fewer belongs to the prompt. */
const FEWEST_PAIRS = 3;

/** Name, colon, and a JSON string or everything up to the next comma. */
const PAIR = /\s*([\p{L}\p{N}_][\p{L}\p{N}_ \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)/gu;

const quoted = (value: string): string => (/[,\n:]/.test(value) ? JSON.stringify(value) : value);

function unquoted(value: string): string {
  if (!/^".*"$/s.test(value)) return value;
  try {
    const said: unknown = JSON.parse(value);
    return typeof said === 'string' ? said : value;
  } catch {
    return value;
  }
}

/** Of two such lines the second continues the negative prompt too. */
const afterNegative = (line: string): string => {
  const trimmed = line.trim();
  return trimmed.startsWith(NEGATIVE) ? trimmed.slice(NEGATIVE.length).trim() : trimmed;
};

/** Empty lines count once there is something before them. */
const joined = (lines: readonly string[]): string =>
  lines.reduce((text, line) => (text === '' ? line.trim() : `${text}\n${line.trim()}`), '');
