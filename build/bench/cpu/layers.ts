/** Single layers of the UNet on our kernels, beside what the innermost loop does over numbers in the first-level cache. */

import type { Layers } from '../../../models/graph/layers';
import { listing, type Parameter } from '../../../models/graph/parameters';
import { planTensors } from '../../../models/pack';
import type { Network } from '../../../workers/backend/int8/assemble';
import { openInt8Stage } from '../../../workers/backend/int8/int8Stage';
import type { Threads } from '../../../workers/backend/int8/threads';
import { CONV, CONV_WINOGRAD, ROWS } from '../../../workers/kernels/layout';
import { randomWeights } from '../randomWeights';

export interface Layer {
  readonly name: string;
  /**
   * 10⁹ operations a second, two to a multiply-accumulate of the layer as it is defined: of the product, and with its rows
   * quantized before. By Winograd's way a convolution has more than the innermost loop does.
   */
  readonly product: number;
  readonly whole: number;
  /** Of the innermost loop by itself, in one thread. */
  readonly loop: number;
}

interface Shape {
  readonly name: string;
  readonly input: readonly number[];
  readonly channels: number;
  readonly kernel: 1 | 3;
}

const picture = (channels: number, side: number): Shape => ({
  ...{ name: `conv 3×3 ${channels}@${side}²`, input: [1, channels, side, side], channels, kernel: 3 },
});
const tokens = (rows: number, from: number, to: number): Shape => ({
  ...{ name: `linear ${rows}×${from}×${to}`, input: [1, rows, from], channels: to, kernel: 1 },
});
const SHAPES = [
  ...[picture(320, 64), picture(640, 32), picture(1280, 16), picture(1280, 8)],
  ...[tokens(4096, 320, 320), tokens(4096, 320, 2560), tokens(256, 1280, 1280)],
];

const RUNS = 5;

export async function measuredLayers(threads: Threads): Promise<Layer[]> {
  const loop = await loopSpeed(threads);
  const found: Layer[] = [];
  for (const shape of SHAPES) found.push({ ...(await layerSpeed(shape, threads)), loop });
  return found;
}

async function layerSpeed({ name, input, channels, kernel }: Shape, threads: Threads) {
  const describe = (net: Layers): void => {
    const x = net.input('x', 'float32', input);
    net.output('y', kernel === 3 ? net.conv2d('layer', x, { channels, kernel }) : net.linear('layer', x, channels));
  };
  const parameters: Parameter[] = [];
  describe(listing(parameters));
  const tensors = planTensors(parameters, () => 'F16', 'int8');
  const network: Network = { name, describe, tensors };
  const times = new Map<number, number[]>();
  const stage = await openInt8Stage(
    network,
    randomWeights(tensors),
    threads,
    new AbortController().signal,
    async ({ opcode }, run) => {
      const begun = performance.now();
      await run();
      times.set(opcode, [...(times.get(opcode) ?? []), performance.now() - begun]);
    },
  );
  const count = input.reduce((product, size) => product * size, 1);
  const data = Float32Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898 + (i % 17)));
  for (let i = 0; i <= RUNS; i++) await stage.run({ x: { type: 'float32', shape: input, data } });
  await stage.close();
  const product = least([CONV, CONV_WINOGRAD].flatMap((opcode) => times.get(opcode) ?? []));
  // A convolution by patches makes its rows itself.
  const rows = times.has(ROWS) ? least(times.get(ROWS)!) : 0;
  const operations = 2 * count * channels * kernel ** 2;
  return { name, product: operations / product / 1e6, whole: operations / (product + rows) / 1e6 };
}

const least = (milliseconds: readonly number[]): number => Math.min(...milliseconds);

/** Of a long loop and a short one, whose difference is the loop's alone: to call it from JavaScript takes as long as many steps. */
const [MOST_STEPS, LEAST_STEPS, CALLS] = [256, 64, 20_000] as const;

async function loopSpeed(threads: Threads): Promise<number> {
  const team = await threads.gather('innermost loop', 65_536);
  // A cache line more: rows of a power of two would all fall into the same places.
  const rowBytes = 4 * MOST_STEPS * threads.numbers.bytes + 64;
  const [out, weights, rows] = [1024, 2048, 2048 + 32 * MOST_STEPS * threads.numbers.bytes];
  const at = [0, 1, 2, 3, 4, 5].map((i) => rows + i * rowBytes) as [number, number, number, number, number, number];
  const time = (steps: number): number => {
    const begun = performance.now();
    for (let call = 0; call < CALLS; call++) team.kernels.dotIntegers(weights, steps, out, ...at);
    return performance.now() - begun;
  };
  const [long, short] = [MOST_STEPS, LEAST_STEPS].map((steps) =>
    least(Array.from({ length: RUNS }, () => time(steps))),
  );
  team.dismiss();
  return (2 * 48 * 4 * (MOST_STEPS - LEAST_STEPS) * CALLS) / (long! - short!) / 1e6;
}
