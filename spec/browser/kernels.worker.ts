/** Every case of the kernels' specs by every form that this engine computes rightly with, one thread, against one number at a time. */
import { formOf } from '../../workers/backend/int8/form';
import { threadsOf } from '../../workers/backend/int8/threads';
import { ATTENTIONS, attentionQuality, CASES } from '../workers/backend/int8/cases';
import { madeUp, oneByOne, onKernels, sqnr } from '../workers/backend/int8/network';
import { PASSES, passesOf } from '../workers/backend/int8/together';

export interface Found {
  readonly form: string;
  /** Of activations. */
  readonly levels: number;
  /** Decibels, by case. */
  readonly qualities: Readonly<Record<string, number>>;
  /** Of attention in the integers that the form has, decibels. */
  readonly attentions: readonly number[];
  /** Passes in which two pictures of one call are not what each is by itself, of `passes`. */
  readonly unlike: readonly string[];
  readonly passes: number;
}

/** Infinite where all is the same, which no JSON holds. */
const finite = (decibels: number): number => Math.min(decibels, 999);

async function all(): Promise<Found[]> {
  const found: Found[] = [];
  for (const name of ['relaxed', 'words'] as const) {
    const form = await formOf(name, true);
    if (!form) continue;
    const threads = threadsOf(form, true);
    const qualities: Record<string, number> = {};
    for (const [title, describe, inputs] of CASES) {
      const made = madeUp(describe, 3);
      const { y } = await onKernels(describe, made, inputs, threads);
      qualities[title] = finite(sqnr(y!.data, oneByOne(describe, made, inputs).get('y')!));
    }
    const attentions: number[] = [];
    for (const shape of ATTENTIONS) attentions.push(finite(await attentionQuality(shape, threads)));
    const unlike: string[] = [];
    for (const [title, size] of PASSES)
      for (const { together, apart } of await passesOf(size, threads))
        if (!together.every((value, i) => value === apart[i])) unlike.push(title);
    const { levels } = form.numbers.range(64);
    found.push({ form: name, levels, qualities, attentions, unlike, passes: PASSES.length });
  }
  return found;
}

all().then(
  (found) => postMessage(found),
  (error: unknown) => postMessage({ failed: String(error) }),
);

declare function postMessage(message: unknown): void;
