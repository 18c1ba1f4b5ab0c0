/**
 * Prompts that change while they are drawn, as stable-diffusion-webui reads them (its prompt_parser.py, version 1.10, whose
 * examples are vectors of our specs): `[before:after:when]`, `[after:when]`, `[before::when]`, and `[one|other]` in turns.
 */

/** What a prompt is until evaluation `until` of the network, counted from 1 and included. */
export interface Scheduled {
  readonly until: number;
  readonly text: string;
}

type Part =
  | string
  | { readonly before: readonly Part[]; readonly after: readonly Part[]; readonly when: number }
  | { readonly turns: readonly (readonly Part[])[] };

/** Brackets within brackets are read this deep; deeper ones are text. */
const DEEPEST = 100;

const PLAIN = /(?:[^\\[\]():|]|\\.)+/y;
const STRAY = /[[\]():]/;
const WHEN = /^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*$/i;

/**
 * Every text that `prompt` is in the course of `steps`, in order. A `when` with a point is a part of all steps, another
 * the number of a step; of a second pass, which comes `after` so many steps, parts count on from 1, and steps from there. A `|` outside of brackets, or with nothing behind a backslash, leaves the whole prompt as it is.
 */
export function scheduleOf(prompt: string, steps: number, after?: number): Scheduled[] {
  const parts = new Reader(prompt, steps, after).all();
  if (!parts) return [{ until: steps, text: prompt }];
  const ends = [...new Set([...endsIn(parts, steps), steps])].sort((a, b) => a - b);
  return ends.map((until) => ({ until, text: textAt(parts, until) }));
}

/** Where in `schedule` step `step` is, counted from 0: it holds while `step <= until`, one step longer than it says, as there. */
export function scheduledAt(schedule: readonly Scheduled[], step: number): string {
  return (schedule.find(({ until }) => step <= until) ?? schedule.at(-1)!).text;
}

function endsIn(parts: readonly Part[], steps: number): number[] {
  return parts.flatMap((part) => {
    if (typeof part === 'string') return [];
    if ('turns' in part)
      return [...Array.from({ length: steps }, (_, i) => i + 1), ...part.turns.flatMap((one) => endsIn(one, steps))];
    return [...(part.when >= 1 ? [part.when] : []), ...endsIn(part.before, steps), ...endsIn(part.after, steps)];
  });
}

const textAt = (parts: readonly Part[], step: number): string =>
  parts
    .map((part): string => {
      if (typeof part === 'string') return part;
      if ('turns' in part) return textAt(part.turns[(step - 1) % part.turns.length]!, step);
      return textAt(step <= part.when ? part.before : part.after, step);
    })
    .join('');

/** Reads from left to right; what opens a bracket that does not come to a good end is text. */
class Reader {
  #at = 0;
  #depth = 0;

  constructor(
    private readonly text: string,
    private readonly steps: number,
    private readonly after: number | undefined,
  ) {}

  all(): Part[] | undefined {
    const parts: Part[] = [];
    while (this.#at < this.text.length) {
      parts.push(...this.#prompt());
      if (this.#at === this.text.length) break;
      const stray = this.text[this.#at]!;
      if (!STRAY.test(stray)) return undefined;
      parts.push(stray);
      this.#at += 1;
    }
    return parts;
  }

  /** As far as brackets are closed in it, up to a character that would divide or close what it stands in. */
  #prompt(): Part[] {
    const parts: Part[] = [];
    for (;;) {
      PLAIN.lastIndex = this.#at;
      const [plain] = PLAIN.exec(this.text) ?? [];
      if (plain !== undefined) {
        parts.push(plain);
        this.#at += plain.length;
        continue;
      }
      const bracket = this.#bracket();
      if (!bracket) return parts;
      parts.push(...bracket);
    }
  }

  #bracket(): Part[] | undefined {
    const start = this.#at;
    const open = this.text[start];
    if ((open !== '(' && open !== '[') || this.#depth === DEEPEST) return undefined;
    this.#at += 1;
    this.#depth += 1;
    const read = open === '(' ? this.#round() : this.#square();
    this.#depth -= 1;
    if (!read) this.#at = start;
    return read;
  }

  #takes(character: string): boolean {
    if (this.text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  /** Weights are not looked at here. */
  #round(): Part[] | undefined {
    const parts: Part[] = ['(', ...this.#prompt()];
    if (this.#takes(':')) parts.push(':', ...this.#prompt());
    return this.#takes(')') ? [...parts, ')'] : undefined;
  }

  #square(): Part[] | undefined {
    const between = [this.#prompt()];
    if (this.#takes(']')) return ['[', ...between[0]!, ']'];
    const divider = this.text[this.#at] === '|' ? '|' : ':';
    while (this.#takes(divider)) between.push(this.#prompt());
    if (!this.#takes(']')) return undefined;
    return divider === '|' ? [{ turns: between }] : this.#edit(between);
  }

  #edit(between: readonly (readonly Part[])[]): Part[] | undefined {
    const last = between.at(-1)!;
    const [, when] = WHEN.exec(last.every((part) => typeof part === 'string') ? last.join('') : '') ?? [];
    if (when === undefined || between.length > 3) return undefined;
    const [before, after] = between.length === 3 ? [between[0]!, between[1]!] : [[], between[0]!];
    const [parts, steps] = this.after === undefined ? [0, 0] : [1, this.after];
    const of = when.includes('.') ? (Number(when) - parts) * this.steps : Number(when) - steps;
    return [{ before, after, when: Math.min(this.steps, Math.trunc(of)) }];
  }
}
