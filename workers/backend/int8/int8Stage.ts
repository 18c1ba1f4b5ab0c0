/** A network on our own kernels: described, laid out, read in, run. */
import { describe } from '../../../models/graph/network';
import { replay, traced } from '../../../models/graph/trace';
import type { StageFile, StageNetwork } from '../../../models/stage';
import { CodedError } from '../../errors';
import { RECORD_BYTES, STATE_FAILED } from '../../kernels/layout';
import type { Tensor, Tensors } from '../../tensor';
import type { Stage } from '../backend';
import { Assembly, type Output } from './assembly';
import { Constants } from './constants';
import { writeRecord } from './instruction';
import { int8Layers } from './int8Layers';
import { type Layout, layOut, PAGE_BYTES } from './layout';
import { Memo } from './memo';
import { ordered, type Program } from './program';
import type { Threads } from './threads';

/** Inputs that stay the same over many runs: what depends on one of them alone is not computed anew. */
const ALONE = ['timestep', 'encoder_hidden_states'];

export interface Assembled {
  readonly assembly: Assembly;
  readonly constants: Constants;
  readonly program: Program;
  readonly layout: Layout;
}

/** The network's program and where everything of it will lie, before any memory is taken. */
export function assemble(
  { description, stage, size, tensors }: StageNetwork,
  bytes: { readonly levels: number; readonly lowest: number },
  threads: number,
): Assembled {
  const constants = new Constants(stage, tensors);
  const assembly = new Assembly(constants, bytes);
  const calls = traced((net) => describe(net, description, stage, size));
  const readers = new Map<unknown, number>();
  for (const { args } of calls) for (const arg of args) readers.set(arg, (readers.get(arg) ?? 0) + 1);
  replay(int8Layers(assembly, calls.map(({ result }) => readers.get(result) ?? 0)), calls, new Map());
  const program = ordered(assembly.instructions, assembly.inputs, ALONE);
  const outputs = assembly.outputs.map(({ rows }) => rows.region);
  const layout = layOut(program, assembly.inputs.keys(), outputs, constants.regions, threads);
  return { assembly, constants, program, layout };
}

/** Rejects with `out-of-memory` where there is no room for it. */
export async function openInt8Stage(
  file: StageFile & { readonly network: StageNetwork },
  threads: Threads,
  signal: AbortSignal,
): Promise<Stage & { readonly bytes: number }> {
  const assembled = assemble(file.network, threads.bytes, threads.count);
  const { layout, program, constants } = assembled;
  const memory = memoryOf(file.name, layout.bytes, threads.shared);
  const team = await threads.gather(memory);
  signal.throwIfAborted();
  const { buffer } = memory;
  constants.load({ memory: buffer, ...layout, pack: team.kernels.pack }, file.weights);
  for (const [i, instruction] of program.instructions.entries())
    writeRecord(instruction, buffer, layout.program + i * RECORD_BYTES, layout.addressOf);
  const memo = new Memo();
  const where = { program: layout.program, state: layout.state, scratch: layout.scratch };
  const runPart = async (begin: number, end: number): Promise<void> => {
    if (begin === end) return;
    const state = new Int32Array(buffer, layout.state, layout.stateBytes / 4).fill(0);
    await team.run(where, begin, end);
    const failed = state[STATE_FAILED / 4]!;
    if (failed > 0) throw notFinite(`${file.name}: ${program.instructions[failed - 1]!.scope}`);
  };
  return {
    bytes: layout.bytes,
    async run(inputs: Tensors): Promise<Tensors> {
      for (const prelude of program.preludes) {
        const input = inputs[prelude.input];
        if (!input) continue;
        const kept = prelude.kept.map((region) => new Uint8Array(buffer, layout.addressOf(region), region.bytes));
        await memo.keep(prelude.input, input, kept, async () => {
          feed(assembled, buffer, inputs, prelude.input);
          await runPart(prelude.begin, prelude.end);
        });
      }
      feed(assembled, buffer, inputs);
      await runPart(program.begin, program.instructions.length);
      return Object.fromEntries(assembled.assembly.outputs.map((output) => [output.name, taken(file.name, output, buffer, layout)]));
    },
    async close() {
      team.dismiss();
    },
  };
}

/** Writes what comes in: all of it, or what comes in by `only`. */
function feed({ assembly, layout }: Assembled, memory: ArrayBufferLike, inputs: Tensors, only?: string): void {
  for (const { input, region, write } of assembly.feeds) {
    if (only === undefined || input === only) write(memory, layout.addressOf(region), inputs[input]!, layout.addressOf);
  }
}

/** An output as the network's description has it: pictures `[B, C, H, W]`. */
function taken(stage: string, { name, rows, shape }: Output, memory: ArrayBufferLike, layout: Layout): Tensor {
  const from = new Float32Array(memory, layout.addressOf(rows.region), rows.rows * rows.channels);
  const data = new Float32Array(from.length);
  const pixels = shape.length === 4 ? shape[2]! * shape[3]! : 1;
  if (pixels === 1) data.set(from);
  else {
    const each = pixels * rows.channels;
    for (let at = 0; at < from.length; at += each)
      for (let p = 0; p < pixels; p++)
        for (let c = 0; c < rows.channels; c++) data[at + c * pixels + p] = from[at + p * rows.channels + c]!;
  }
  if (!data.every(Number.isFinite)) throw notFinite(`${stage}: ${name}`);
  return { type: 'float32', shape, data };
}

const notFinite = (argument: string): CodedError =>
  new CodedError('bad-picture', { argument, expected: 'finite numbers', got: 'infinity or NaN' });

function memoryOf(name: string, bytes: number, shared: boolean): WebAssembly.Memory {
  const pages = bytes / PAGE_BYTES;
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  } catch (cause) {
    const expected = `memory for ${bytes} bytes`;
    throw new CodedError('out-of-memory', { argument: name, expected, got: String(cause) }, { cause });
  }
}
