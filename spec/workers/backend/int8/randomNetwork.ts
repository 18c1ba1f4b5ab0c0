/**
 * Small networks drawn at random, the same for the same seed: what UNets, decoders and transformers are made of, put together in
 * any order and with any sizes that it may have. Whatever nobody reads is an output.
 */
import type { Layers, Value } from '../../../../models/graph/layers';
import { pictureShape } from '../../../../models/graph/layers';
import type { Threads } from '../../../../workers/backend/int8/threads';
import type { Tensors } from '../../../../workers/tensor';
import { input, madeUp, oneByOne, onKernels, sqnr, uniform } from './network';

/** Whole numbers from `least` to `most`, by chance. */
export type Whole = (least: number, most: number) => number;

export function wholeOf(seed: number): Whole {
  const random = uniform(seed);
  for (let skipped = 0; skipped < 3; skipped++) random();
  return (least, most) => Math.min(most, least + Math.floor(((random() + 1) / 2) * (most - least + 1)));
}

/** `products`: nothing of which the two forms have a way of their own to round, which are exponentials. */
export type Kind = 'all' | 'products';

const [STEPS, MOST_PIXELS, PROMPT] = [9, 64, [7, 24]] as const;

export function randomNetwork(seed: number, kind: Kind = 'all') {
  const draw = wholeOf(seed);
  const shape = [draw(1, 2), 4 * draw(1, 5), draw(1, 8), draw(1, 8)] as const;
  const inputs: Tensors = {
    sample: input(shape, seed + 1, 2),
    time: input([1, 16], seed + 2, 2),
    prompt: input([shape[0], ...PROMPT], seed + 3, 2),
  };
  const describe = (net: Layers): void => {
    const read = new Set<Value>();
    const drawing = new Drawing(watching(net, read), wholeOf(seed + 4), inputs);
    const pool = [net.input('sample', 'float32', shape)];
    const blocks = kind === 'all' ? Object.values(BLOCKS) : PRODUCTS.map((name) => BLOCKS[name]!);
    for (let step = 0; step < STEPS; step++) {
      const from = pool[drawing.whole(Math.max(0, pool.length - 3), pool.length - 1)]!;
      const made = blocks[drawing.whole(0, blocks.length - 1)]!(drawing, from, pool);
      if (made) pool.push(made);
    }
    for (const [i, value] of pool.entries())
      if (i === 0 ? pool.length === 1 : !read.has(value)) net.output(`y${i}`, value);
  };
  return { describe, inputs };
}

/** Of each output decibels: `near` from single numbers rounded alike, which are `far` from exact ones. */
export async function networkLosses(seed: number, threads: Threads) {
  const { describe, inputs } = randomNetwork(seed);
  const made = madeUp(describe, seed);
  const exact = oneByOne(describe, made, inputs);
  const rounded = oneByOne(describe, made, inputs, threads.numbers);
  const found = await onKernels(describe, made, inputs, threads, false);
  return [...exact].map(([name, numbers]) => {
    const alike = rounded.get(name)!;
    return { name: `${seed}: ${name}`, near: sqnr(found[name]!.data, alike), far: sqnr(alike, numbers) };
  });
}

/** Hands on what is described, and notes what is read. */
const watching = (net: Layers, read: Set<Value>): Layers =>
  new Proxy(net, {
    get:
      (own, op: keyof Layers) =>
      (...args: readonly unknown[]) => {
        for (const arg of args) read.add(arg as Value);
        return (own[op] as (...args: readonly unknown[]) => unknown)(...args);
      },
  });

class Drawing {
  #layers = 0;
  #time: Value | undefined;
  #prompt: Value | undefined;

  constructor(
    readonly net: Layers,
    readonly whole: Whole,
    readonly inputs: Tensors,
  ) {}

  /** A name for one more layer. */
  scope(): string {
    return `layer${this.#layers++}`;
  }

  channels(): number {
    return 4 * this.whole(1, 7);
  }

  get time(): Value {
    this.#time ??= this.net.input('time', 'float32', this.inputs.time!.shape);
    return this.#time;
  }

  get prompt(): Value {
    this.#prompt ??= this.net.input('prompt', 'float32', this.inputs.prompt!.shape);
    return this.#prompt;
  }

  conv(x: Value, channels: number, kernel: 1 | 3 = 1): Value {
    return this.net.conv2d(this.scope(), x, { channels, kernel, bias: this.whole(0, 3) > 0 });
  }

  linear(x: Value, channels: number): Value {
    return this.net.linear(this.scope(), x, channels, { bias: this.whole(0, 1) > 0 });
  }

  /** Of groups that need not end where one of two joined pictures does. */
  norm(x: Value): Value {
    const groups = [1, 2, 4, x.shape[1]! / 4][this.whole(0, 3)]!;
    return this.net.groupNorm(this.scope(), x, { groups: x.shape[1]! % groups === 0 ? groups : 1, epsilon: 1e-5 });
  }

  /** Softmax of what `x` `[B, T, C]` asks `seen` for. */
  attention(x: Value, seen: Value): Value {
    const [heads, channels] = [this.whole(1, 3), x.shape[2]!];
    const inner = 4 * heads * this.whole(1, 4);
    const [q, k, v] = [this.linear(x, inner), this.linear(seen, inner), this.linear(seen, inner)];
    return this.linear(this.net.attention(q, k, v, { heads }), channels);
  }
}

type Block = (drawing: Drawing, x: Value, pool: readonly Value[]) => Value | undefined;

const isOf = (x: Value, sizes: readonly number[]): boolean => sizes.every((size, i) => x.shape[i + 2] === size);

const BLOCKS: Readonly<Record<string, Block>> = {
  convolution: (d, x) => d.conv(x, d.channels(), 3),
  projection: (d, x) => d.net.scale(d.conv(x, d.channels()), d.whole(1, 4) / 2),
  downsampled(d, x) {
    const [, , height, width] = pictureShape(x);
    const padding = height > 1 && width > 1 && d.whole(0, 1) ? 'after' : 'same';
    return d.net.conv2d(d.scope(), x, { channels: d.channels(), kernel: 3, stride: 2, padding });
  },
  upsampled(d, x) {
    const [, , height, width] = pictureShape(x);
    if (height * width > MOST_PIXELS / 2) return undefined;
    const sides = [2 * height - (height > 1 ? d.whole(0, 1) : 0), 2 * width] as const;
    return d.conv(d.net.upsampleTo(d.net.silu(d.norm(x)), ...sides), d.channels(), 3);
  },
  enlarged(d, x) {
    const [, , height, width] = pictureShape(x);
    if (height * width > MOST_PIXELS / 2) return undefined;
    return d.conv(d.net.upsampleTo(x, 2 * height, 2 * width), d.channels(), 3);
  },
  halved: (d, x) => d.conv(d.net.halved(x), d.channels()),
  rectified: (d, x) => d.net.relu(d.net.add(d.conv(d.net.relu(d.conv(x, x.shape[1]!, 3)), x.shape[1]!, 3), x)),
  sum(d, x, pool) {
    const [, channels, ...sizes] = pictureShape(x);
    const others = pool.filter((other) => isOf(other, sizes));
    const other = others[d.whole(0, others.length - 1)]!;
    const sum = d.net.add(x, other.shape[1] === channels ? other : d.conv(other, channels));
    return d.whole(0, 1) ? d.net.scale(sum, 0.7) : sum;
  },
  joined(d, x, pool) {
    const [, , ...sizes] = pictureShape(x);
    const others = pool.filter((other) => isOf(other, sizes));
    const both = d.net.concatChannels(x, others[d.whole(0, others.length - 1)]!);
    const channels = d.channels();
    return d.net.add(d.conv(both, channels), d.conv(d.net.silu(d.norm(both)), channels, 3));
  },
  'joined as they are': (d, x, pool) => {
    const [, , ...sizes] = pictureShape(x);
    const others = pool.filter((other) => isOf(other, sizes));
    return d.conv(d.norm(d.net.concatChannels(x, others[d.whole(0, others.length - 1)]!)), d.channels(), 3);
  },
  resnet(d, x) {
    const channels = d.channels();
    const told = d.net.addToChannels(
      d.conv(d.net.silu(d.norm(x)), channels, 3),
      d.linear(d.net.silu(d.time), channels),
    );
    const h = d.conv(d.net.silu(d.norm(told)), channels, 3);
    return d.net.add(x.shape[1] === channels ? x : d.conv(x, channels), h);
  },
  transformer(d, x) {
    const [, channels, height, width] = pictureShape(x);
    const inner = d.channels();
    const norm = (tokens: Value): Value => d.net.layerNorm(d.scope(), tokens, { epsilon: 1e-5 });
    let h = d.net.toTokens(d.conv(d.norm(x), inner));
    const first = norm(h);
    h = d.net.add(d.attention(first, first), h);
    h = d.net.add(d.attention(norm(h), d.prompt), h);
    h = d.net.add(d.linear(d.net.geglu(d.linear(norm(h), 2 * d.channels())), inner), h);
    return d.net.add(d.conv(d.net.toPicture(h, height, width), channels), x);
  },
  activated: (d, x) => [d.net.silu, d.net.gelu, d.net.quickGelu, d.net.tanh][d.whole(0, 3)]!(x),
  'scaled frequencies': (d, x) => d.net.scaleLowest(x, d.whole(1, 8) / 4),
  'scaled channels': (d, x) => d.net.scaleFirst(x, x.shape[1]! / 2, 1.4),
};

const PRODUCTS = [
  'convolution',
  'projection',
  'downsampled',
  'enlarged',
  'halved',
  'rectified',
  'sum',
  'joined as they are',
];
