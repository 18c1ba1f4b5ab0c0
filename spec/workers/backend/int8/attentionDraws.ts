/** Attention in integers, of any number of queries, keys, heads and channels, and of loud and quiet ones. */
import type { Layers } from '../../../../models/graph/layers';
import type { Threads } from '../../../../workers/backend/int8/threads';
import type { Tensors } from '../../../../workers/tensor';
import { input, madeUp, oneByOne, onKernels, sqnr } from './network';
import { wholeOf } from './randomNetwork';

export const ATTENTIONS_DRAWN = 24;

const LENGTHS = [1, 2, 7, 77, 127, 128, 129, 154, 257];

export function attentionDrawn(i: number) {
  const whole = wholeOf(7000 + i);
  const length = (): number => (whole(0, 1) ? LENGTHS[whole(0, LENGTHS.length - 1)]! : whole(1, 90));
  const [batch, queries, heads] = [whole(1, 2), length(), whole(1, 5)];
  const [keys, channels] = [whole(0, 1) ? queries : length(), 4 * heads * whole(1, 11)];
  // What queries are louder by keys are quieter by, so that products are some units; values are what they are.
  const [tilt, loudness] = [10 ** whole(-10, 10), 10 ** whole(-15, 15)];
  const inputs: Tensors = {
    q: input([batch, queries, channels], i + 1, 2 * tilt),
    k: input([batch, keys, channels], i + 2, 2 / tilt),
    v: input([batch, keys, channels], i + 3, loudness),
  };
  const describe = (net: Layers): void => {
    const [q, k, v] = ['q', 'k', 'v'].map((name) => net.input(name, 'float32', inputs[name]!.shape));
    net.output('y', net.attention(q!, k!, v!, { heads }));
  };
  const title = `${i}: [${batch}, ${queries}, ${channels}] by ${heads} heads to ${keys}, ${tilt}, ${loudness}`;
  return { describe, inputs, title };
}

/** Decibels: `near` from single numbers rounded alike, which are `far` from exact ones; opcodes that ran are put into `ran`. */
export async function attentionLosses(
  { describe, inputs, title }: ReturnType<typeof attentionDrawn>,
  threads: Threads,
  ran = new Set<number>(),
) {
  const made = madeUp(describe, 1);
  const { y } = await onKernels(describe, made, inputs, threads, false, async ({ opcode }, run) => {
    ran.add(opcode);
    await run();
  });
  const rounded = oneByOne(describe, made, inputs, threads.numbers).get('y')!;
  const exact = oneByOne(describe, made, inputs).get('y')!;
  return { title, near: sqnr(y!.data, rounded), far: sqnr(rounded, exact) };
}
