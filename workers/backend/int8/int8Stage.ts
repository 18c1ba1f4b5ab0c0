/** A network on our own kernels: described, laid out, read in, run. */
import type { StageWeights } from '../../../models/stage';
import { untilMessagesAreRead } from '../../../models/turn';
import { CodedError } from '../../errors';
import { RECORD_BYTES, STATE_FAILED } from '../../kernels/layout';
import type { Tensor, Tensors } from '../../tensor';
import type { Stage } from '../backend';
import { assemble, type Network } from './assemble';
import { type Assembly, type Output, turned } from './assembly';
import { type Instruction, type Region, writeRecord } from './instruction';
import type { Layout } from './layout';
import { Memo } from './memo';
import type { Threads } from './threads';

/** So long, about, until a stop is heard; and instructions that run before it is known how many take so long. */
const HEARD_MILLISECONDS = 250;
const FIRST_AT_ONCE = 48;

/** Called around every single instruction, where somebody wants to look. */
export type Watch = (instruction: Instruction, run: () => Promise<void>, look: Look) => Promise<void>;

/** What lies in a region now. */
export type Look = (region: Region) => Uint8Array;

/**
 * Rejects with `out-of-memory` where there is no room for it; once `signal` is aborted, so does a run, in its middle. A run rejects with
 * `worker-died` where a thread is missed, and from then on.
 */
export async function openInt8Stage(
  network: Network,
  weights: StageWeights,
  threads: Threads,
  signal: AbortSignal,
  watch?: Watch,
): Promise<Stage & { readonly heapBytes: number }> {
  const { layout, instructions, constants, usual, first } = assemble(network, threads.numbers, threads.count);
  const team = await threads.gather(network.name, layout.bytes);
  const { buffer } = team.memory;
  try {
    signal.throwIfAborted();
    constants.load({ memory: buffer, ...layout, pack: team.kernels.pack }, weights);
    for (const [i, instruction] of instructions.entries())
      writeRecord(instruction, buffer, layout.program + i * RECORD_BYTES, layout.addressOf);
  } catch (thrown) {
    team.dismiss();
    throw thrown;
  }
  const often = { ...usual, memo: new Memo() };
  const early = first && { ...first, memo: new Memo(first.timesteps) };
  // Of each part by itself: instructions of preludes are small.
  const learned = new Map<number, number>();
  const where = { program: layout.program, state: layout.state, scratch: layout.scratch };
  const scopeOf = (record: number): string => `${network.name}: ${instructions[record]!.scope}`;
  const look: Look = (region) => new Uint8Array(buffer, layout.addressOf(region), region.bytes);
  const runTogether = async (begin: number, end: number): Promise<void> => {
    if (begin === end) return;
    const state = new Int32Array(buffer, layout.state, layout.stateBytes / 4).fill(0);
    await team.run(where, begin, end, scopeOf);
    const failed = state[STATE_FAILED / 4]!;
    if (failed > 0) throw notFinite(scopeOf(failed - 1));
  };
  const runPart = async (begin: number, end: number): Promise<void> => {
    if (watch) for (let i = begin; i < end; i++) await watch(instructions[i]!, () => runTogether(i, i + 1), look);
    else
      for (let at = begin; at < end; ) {
        const started = performance.now();
        const next = Math.min(at + (learned.get(begin) ?? FIRST_AT_ONCE), end);
        await runTogether(at, next);
        const milliseconds = Math.max(performance.now() - started, 1);
        learned.set(begin, Math.max(1, Math.round(((next - at) * HEARD_MILLISECONDS) / milliseconds)));
        at = next;
        if (at === end) break;
        await untilMessagesAreRead();
        signal.throwIfAborted();
      }
  };
  return {
    heapBytes: buffer.byteLength,
    async run(inputs: Tensors): Promise<Tensors> {
      const isEarly = early && inputs.timestep!.data[0]! >= early.timestep;
      const { assembly, preludes, begin, end, memo } = isEarly ? early : often;
      for (const prelude of preludes) {
        const input = inputs[prelude.input];
        if (!input) continue;
        const kept = prelude.kept.map((region) => new Uint8Array(buffer, layout.addressOf(region), region.bytes));
        await memo.keep(prelude.input, input, kept, async () => {
          feed(assembly, layout, buffer, inputs, prelude.input);
          await runPart(prelude.begin, prelude.end);
        });
      }
      feed(assembly, layout, buffer, inputs);
      await runPart(begin, end);
      return Object.fromEntries(
        assembly.outputs.map((output) => [output.name, taken(network.name, output, buffer, layout)]),
      );
    },
    async close() {
      team.dismiss();
    },
  };
}

/** Writes what comes in: all of it, or what comes in by `only`. */
export function feed(
  { feeds }: Assembly,
  layout: Layout,
  memory: ArrayBufferLike,
  inputs: Tensors,
  only?: string,
): void {
  for (const { input, region, write } of feeds) {
    if (only === undefined || input === only) write(memory, layout.addressOf(region), inputs[input]!, layout.addressOf);
  }
}

/** An output as the network's description has it: pictures `[B, C, H, W]`. */
function taken(stage: string, { name, rows, shape }: Output, memory: ArrayBufferLike, layout: Layout): Tensor {
  const from = new Float32Array(memory, layout.addressOf(rows.region), rows.rows * rows.channels);
  const data = new Float32Array(from.length);
  if (shape.length === 4) turned(from, data, shape[2]! * shape[3]!, rows.channels);
  else data.set(from);
  if (!data.every(Number.isFinite)) throw notFinite(`${stage}: ${name}`);
  return { type: 'float32', shape, data };
}

const notFinite = (argument: string): CodedError =>
  new CodedError('bad-picture', { argument, expected: 'finite numbers', got: 'infinity or NaN' });
