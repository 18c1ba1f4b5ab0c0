/** Single layers of the UNet on our kernels, beside what the innermost loop does over numbers in the first-level cache. */

import type { Layers, Value } from '../../../models/graph/layers';
import { listing, type Parameter } from '../../../models/graph/parameters';
import { planTensors } from '../../../models/pack';
import { aligned } from '../../../workers/backend/int8/arena';
import { assemble } from '../../../workers/backend/int8/assemble';
import { type Instruction, writeRecord } from '../../../workers/backend/int8/instruction';
import { feed } from '../../../workers/backend/int8/int8Stage';
import type { Threads } from '../../../workers/backend/int8/threads';
import {
  ATTENTION_INTEGERS,
  CONV,
  CONV_DOUBLED,
  CONV_GATED,
  CONV_WINOGRAD,
  RECORD_BYTES,
  STATE_BYTES,
  STATE_FAILED,
  STATE_FIRST,
} from '../../../workers/kernels/layout';
import { randomWeights } from '../randomWeights';

export interface Layer {
  readonly name: string;
  /**
   * 10⁹ operations a second, two to a multiply-accumulate of the layer as it is defined: of the product, and with its rows
   * quantized before. By Winograd's way, or enlarged, a convolution has more than the innermost loop does.
   */
  readonly product: number;
  readonly whole: number;
  /** Of the innermost loop by itself, in one thread. */
  readonly loop: number;
}

interface Shape {
  readonly name: string;
  readonly input: readonly number[];
  /** Two to a multiply-accumulate of its products. */
  readonly operations: number;
  describe(net: Layers, x: Value): Value;
}

const picture = (channels: number, side: number): Shape => ({
  name: `conv 3×3 ${channels}@${side}²`,
  input: [1, channels, side, side],
  operations: 2 * (3 * channels * side) ** 2,
  describe: (net, x) => net.conv2d('layer', x, { channels, kernel: 3 }),
});
const enlarged = (channels: number, side: number): Shape => ({
  name: `enlarged ${channels}@${side}²`,
  input: [1, channels, side, side],
  operations: 2 * (3 * channels * 2 * side) ** 2,
  describe: (net, x) => net.conv2d('layer', net.upsampleTo(x, 2 * side, 2 * side), { channels, kernel: 3 }),
});
const tokens = (rows: number, from: number, to: number): Shape => ({
  name: `linear ${rows}×${from}×${to}`,
  input: [1, rows, from],
  operations: 2 * rows * from * to,
  describe: (net, x) => net.linear('layer', x, to),
});
const gated = (rows: number, channels: number): Shape => ({
  name: `feed forward ${rows}×${channels}`,
  input: [1, rows, channels],
  operations: 2 * rows * channels * 12 * channels,
  describe: (net, x) => net.linear('narrow', net.geglu(net.linear('wide', x, 8 * channels)), channels),
});
const attention = (heads: number, width: number, rows: number): Shape => ({
  name: `attention ${heads}×${width}, ${rows}²`,
  input: [1, rows, heads * width],
  operations: 4 * rows ** 2 * heads * width,
  describe: (net, x) => net.attention(x, x, x, { heads }),
});
const SHAPES = [
  ...[picture(320, 64), picture(640, 32), picture(1280, 16), picture(1280, 8)],
  ...[enlarged(1280, 8), enlarged(640, 32), enlarged(512, 64)],
  ...[tokens(4096, 320, 320), tokens(4096, 320, 2560), tokens(256, 1280, 1280)],
  ...[gated(4096, 320), attention(8, 40, 4096), attention(8, 80, 1024)],
];

/** At least; short layers take as many more turns as make up the time. */
const [RUNS, LEAST_MILLISECONDS] = [9, 2000] as const;

/** Of the shapes whose names have one of `parts` in them. */
export async function measuredLayers(threads: Threads, parts: readonly string[] = ['']): Promise<Layer[]> {
  const found: Layer[] = [];
  const shapes = SHAPES.filter(({ name }) => parts.some((part) => name.includes(part)));
  for (const shape of shapes) found.push(await layerSpeed(shape, threads));
  return found;
}

/** The layer and the loop take turns: the machine is lent, and for seconds at a time others take a part of it. */
async function layerSpeed({ name, input, operations, describe }: Shape, threads: Threads): Promise<Layer> {
  const network = (net: Layers): void => net.output('y', describe(net, net.input('x', 'float32', input)));
  const layer = await openInstructions(name, network, input, threads);
  const loop = await innermostLoop(threads);
  const times = new Map<Instruction, Turn[]>(layer.instructions.map((instruction) => [instruction, []]));
  const loops: Turn[] = [];
  const begun = performance.now();
  while (loops.length < RUNS || performance.now() - begun < LEAST_MILLISECONDS) {
    loops.push({ long: loop.milliseconds(MOST_STEPS), short: loop.milliseconds(LEAST_STEPS) });
    layer.feed();
    for (const instruction of layer.instructions)
      times.get(instruction)!.push({
        long: await layer.milliseconds(instruction, MOST_TIMES),
        short: await layer.milliseconds(instruction, 1),
      });
  }
  layer.close();
  loop.close();
  let [products, others] = [0, 0];
  for (const [{ opcode }, each] of times) {
    const once = longerBy(each) / (MOST_TIMES - 1);
    if (PRODUCTS.has(opcode)) products += once;
    else others += once;
  }
  return {
    name,
    product: operations / products / 1e6,
    whole: operations / (products + others) / 1e6,
    loop: (2 * 48 * 4 * (MOST_STEPS - LEAST_STEPS) * CALLS) / longerBy(loops) / 1e6,
  };
}

/** Milliseconds of something and of more of it, whose difference is that alone: to begin takes time as well, and to wake other threads. */
interface Turn {
  readonly long: number;
  readonly short: number;
}

const longerBy = (turns: readonly Turn[]): number =>
  least(turns.map(({ long }) => long)) - least(turns.map(({ short }) => short));

const least = (milliseconds: readonly number[]): number => Math.min(...milliseconds);

/** One after another, without a word from JavaScript between them, as a network's instructions run. */
const MOST_TIMES = 5;

/** A network of made-up weights and numbers, whose instructions are run by themselves, several times over. */
async function openInstructions(
  name: string,
  network: (net: Layers) => void,
  shape: readonly number[],
  threads: Threads,
) {
  const parameters: Parameter[] = [];
  network(listing(parameters));
  const tensors = planTensors(parameters, () => 'F16', 'int8');
  const { constants, instructions, usual, layout } = assemble(
    { name, describe: network, tensors },
    threads.numbers,
    threads.count,
  );
  const program = aligned(layout.bytes);
  const state = aligned(program + MOST_TIMES * RECORD_BYTES);
  const stateBytes = STATE_FIRST + MOST_TIMES * STATE_BYTES;
  const team = await threads.gather(name, state + stateBytes);
  const { buffer } = team.memory;
  constants.load({ memory: buffer, ...layout, pack: team.kernels.pack }, randomWeights(tensors));
  const count = shape.reduce((product, size) => product * size, 1);
  const data = Float32Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898 + (i % 17)));
  return {
    instructions,
    /** Before its first instruction: others write over what came in. */
    feed: () => feed(usual.assembly, layout, buffer, { x: { type: 'float32', shape, data } }),
    async milliseconds(instruction: Instruction, times: number): Promise<number> {
      for (let i = 0; i < times; i++) writeRecord(instruction, buffer, program + i * RECORD_BYTES, layout.addressOf);
      const states = new Int32Array(buffer, state, stateBytes / 4).fill(0);
      const begun = performance.now();
      await team.run({ program, state, scratch: layout.scratch }, 0, times, () => `${name}: ${instruction.scope}`);
      const taken = performance.now() - begun;
      if (states[STATE_FAILED / 4] !== 0) throw new Error(`${name}: ${instruction.scope} is not finite`);
      return taken;
    },
    close: () => team.dismiss(),
  };
}

/** All else makes rows of integers, or lays out keys. A convolution by patches makes its rows itself. */
const PRODUCTS: ReadonlySet<number> = new Set([CONV, CONV_DOUBLED, CONV_GATED, CONV_WINOGRAD, ATTENTION_INTEGERS]);

/** Steps of a long loop and of a short one: to call it from JavaScript takes as long as many steps. */
const [MOST_STEPS, LEAST_STEPS, CALLS] = [256, 64, 20_000] as const;

async function innermostLoop(threads: Threads) {
  const team = await threads.gather('innermost loop', 65_536);
  // A cache line more: rows of a power of two would all fall into the same places.
  const rowBytes = 4 * MOST_STEPS * threads.numbers.bytes + 64;
  const [out, weights, rows] = [1024, 2048, 2048 + 32 * MOST_STEPS * threads.numbers.bytes];
  const at = [0, 1, 2, 3, 4, 5].map((i) => rows + i * rowBytes) as [number, number, number, number, number, number];
  return {
    milliseconds(steps: number): number {
      const begun = performance.now();
      for (let call = 0; call < CALLS; call++) team.kernels.dotIntegers(weights, steps, out, ...at);
      return performance.now() - begun;
    },
    close: () => team.dismiss(),
  };
}
