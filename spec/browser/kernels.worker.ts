/** Every case of the kernels' specs by every form that this engine computes rightly with, one thread, against one number at a time. */
import { type Form, formOf } from '../../workers/backend/int8/form';
import type { KernelForm } from '../../workers/backend/int8/kernels';
import { wordsOf } from '../../workers/backend/int8/numbers';
import { type Threads, threadsOf } from '../../workers/backend/int8/threads';
import { ATTENTIONS_DRAWN, attentionDrawn, attentionLosses } from '../workers/backend/int8/attentionDraws';
import { ATTENTIONS, attentionQuality, CASES } from '../workers/backend/int8/cases';
import { differentAt, madeUp, oneByOne, onKernels, sqnr } from '../workers/backend/int8/network';
import { drawn, OPERATIONS } from '../workers/backend/int8/operations';
import { type Kind, networkLosses, randomNetwork } from '../workers/backend/int8/randomNetwork';
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
  /** Decibels of operations drawn at random, by title. */
  readonly operations: Readonly<Record<string, number>>;
  /** Attention and networks drawn at random, decibels: `near` from single numbers rounded alike, which are `far` from exact ones. */
  readonly losses: readonly { readonly title: string; readonly near: number; readonly far: number }[];
  /** Networks whose bits are others in a memory that is not shared, or, of bytes, where words hold the same integers. */
  readonly different: readonly string[];
}

/** Of each operation so many, and networks. */
const EACH = 5;
const NETWORKS = 12;

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
    const drawnBy = { operations: await operations(threads), losses: await losses(threads) };
    const different = await unlikeBits(name, form);
    found.push({ form: name, levels, qualities, attentions, unlike, passes: PASSES.length, ...drawnBy, different });
  }
  return found;
}

async function operations(threads: Threads): Promise<Record<string, number>> {
  const qualities: Record<string, number> = {};
  for (const name of Object.keys(OPERATIONS)) {
    for (let i = 0; i < EACH; i++) {
      const { describe, inputs, made, title } = drawn(name, i);
      const { y } = await onKernels(describe, made, inputs, threads);
      qualities[title] = finite(sqnr(y!.data, oneByOne(describe, made, inputs).get('y')!));
    }
  }
  return qualities;
}

async function losses(threads: Threads): Promise<Found['losses']> {
  const all: Found['losses'][number][] = [];
  for (let i = 0; i < ATTENTIONS_DRAWN; i++) all.push(await attentionLosses(attentionDrawn(i), threads));
  // Convolutions by patches, of words of sixteen bits, round in other places.
  for (let seed = 0; threads.numbers.bytes === 1 && seed < NETWORKS; seed++)
    for (const { name, near, far } of await networkLosses(seed, threads)) all.push({ title: name, near, far });
  return all.map(({ title, near, far }) => ({ title, near: finite(near), far: finite(far) }));
}

async function unlikeBits(name: KernelForm, form: Form): Promise<string[]> {
  const shared = threadsOf(form, true);
  const others: [string, Kind, Threads][] = [['not shared', 'all', threadsOf((await formOf(name, false))!, false)]];
  const { levels, lowest } = form.numbers.range(1);
  // Offsets of signed bytes are others.
  if (name === 'relaxed' && lowest === 0)
    others.push([
      'words',
      'products',
      threadsOf({ ...(await formOf('words', true))!, numbers: wordsOf(levels) }, true),
    ]);
  const different: string[] = [];
  for (const [what, kind, threads] of others) {
    for (let seed = 0; seed < NETWORKS; seed++) {
      const { describe, inputs } = randomNetwork(seed, kind);
      const made = madeUp(describe, seed);
      const [found, expected] = [
        await onKernels(describe, made, inputs, threads, false),
        await onKernels(describe, made, inputs, shared, false),
      ];
      for (const [output, tensor] of Object.entries(found))
        if (differentAt(tensor, expected[output]!) >= 0) different.push(`${what}, ${seed}: ${output}`);
    }
  }
  return different;
}

all().then(
  (found) => postMessage(found),
  (error: unknown) => postMessage({ failed: String(error) }),
);

declare function postMessage(message: unknown): void;
