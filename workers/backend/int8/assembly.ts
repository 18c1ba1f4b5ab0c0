/** What is gathered while a network is described: instructions, regions, and how its inputs and outputs come and go. */
import type { Timestep, Value } from '../../../models/graph/layers';
import { frequencies } from '../../../models/graph/onnx/timestepEmbedding';
import { transposeRows } from '../../../models/quantize/transpose';
import { CodedError } from '../../errors';
import type { Tensor } from '../../tensor';
import type { Constants } from './constants';
import type { Instruction, Region } from './instruction';
import type { Numbers } from './numbers';
import type { EngineValue, Rows } from './value';

/** How a region is filled from an input of the network. */
export interface Feed {
  readonly input: string;
  readonly region: Region;
  write(memory: ArrayBufferLike, address: number, tensor: Tensor, addressOf: (region: Region) => number): void;
}

export interface Output {
  readonly name: string;
  readonly rows: Rows;
  readonly shape: readonly number[];
}

export class Assembly {
  readonly instructions: Instruction[] = [];
  readonly feeds: Feed[] = [];
  readonly outputs: Output[] = [];
  readonly #inputs = new Map<Region, string>();
  #count = 0;

  constructor(
    readonly constants: Constants,
    /** What quantized rows are made of. */
    readonly numbers: Numbers,
    /** Layers whose rows, if they are bytes, are quantized twice, the second time what the first leaves: 15 bits at twice the work. */
    readonly precise: (scope: string) => boolean = () => false,
  ) {}

  region(name: string, bytes: number): Region {
    return { name: `${name} #${this.#count++}`, bytes };
  }

  rows(name: string, rows: number, channels: number): Rows {
    return { region: this.region(name, 4 * rows * channels), rows, channels };
  }

  push(instruction: Instruction): Instruction {
    this.instructions.push(instruction);
    return instruction;
  }

  /** Puts another instruction into the place of one whose result nobody has read yet. */
  replace(instruction: Instruction, by: Instruction): Instruction {
    const at = this.instructions.indexOf(instruction);
    if (at < 0) throw new Error(`${instruction.scope}: there is no such instruction to replace`);
    this.instructions[at] = by;
    return by;
  }

  /** Has an instruction, whose result nobody has read yet, read a region besides: it goes to the end where that is made later. */
  alsoReads(instruction: Instruction, region: Region): void {
    instruction.reads.push(region);
    const at = this.instructions.indexOf(instruction);
    if (!this.instructions.slice(at + 1).some(({ writes }) => writes.includes(region))) return;
    this.instructions.splice(at, 1);
    this.instructions.push(instruction);
  }

  /**
   * What reads these rows, or writes them, takes four numbers at a time, and where they are no whole fours some of the next row's or of
   * whatever lies behind. Throws `backend-unavailable` for `scope`, with how many there are.
   */
  inFours(scope: string, ...channels: readonly number[]): void {
    if (channels.every((count) => count % 4 === 0)) return;
    throw new CodedError('backend-unavailable', {
      argument: `${this.constants.stage}: ${scope}`,
      expected: 'numbers of channels that are multiples of 4 (other backends have no such limit)',
      got: channels.join(' + '),
    });
  }

  /** Which of two comes later, if there are any. */
  later(a: Instruction | undefined, b: Instruction | undefined): Instruction | undefined {
    if (!a || !b) return a ?? b;
    return this.instructions.indexOf(a) > this.instructions.indexOf(b) ? a : b;
  }

  input(name: string, type: 'float32' | 'int32', shape: readonly number[]): Rows {
    const picture = shape.length === 4;
    const channels = picture ? shape[1]! : shape.at(-1)!;
    const rows = shape.reduce((product, size) => product * size, 1) / channels;
    const made = this.rows(name, rows, channels);
    // Token ids and the timestep come in as what is made of them.
    if (type === 'float32' && shape.length > 1) {
      this.#feed(name, made.region, (memory, address, tensor) => {
        const to = new Float32Array(memory, address, rows * channels);
        const from = tensor.data as Float32Array;
        if (picture) turned(from, to, channels, shape[2]! * shape[3]!);
        else to.set(from);
      });
    }
    this.#inputs.set(made.region, name);
    return made;
  }

  output(name: string, rows: Rows, shape: readonly number[]): void {
    this.outputs.push({ name, rows, shape });
  }

  /** Rows of a table, looked up when the ids are given. */
  embedding(scope: string, ids: EngineValue, { width }: { readonly rows: number; readonly width: number }): Rows {
    const table = this.constants.table(`${scope}.weight`);
    const count = ids.shape.reduce((product, size) => product * size, 1);
    const made = this.rows(scope, count, width);
    this.#feed(this.#inputOf(ids), made.region, (memory, address, tensor, addressOf) => {
      const rows = new Float32Array(memory, address, count * width);
      for (let i = 0; i < count; i++) rows.set(table.row(memory, addressOf, tensor.data[i]!), i * width);
    });
    return made;
  }

  /** `get_timestep_embedding` (diffusers 0.42.1, embeddings.py). */
  sinusoids(timestep: EngineValue, options: Timestep): Rows {
    const made = this.rows('time_proj', 1, options.width);
    const rates = frequencies(options);
    this.#feed(this.#inputOf(timestep), made.region, (memory, address, tensor) => {
      const row = new Float32Array(memory, address, options.width).fill(0);
      const [sine, cosine] = options.flipSinToCos ? [rates.length, 0] : [0, rates.length];
      for (const [i, rate] of rates.entries()) {
        const angle = Math.fround(Math.fround(tensor.data[0]!) * rate);
        row[sine + i] = Math.sin(angle);
        row[cosine + i] = Math.cos(angle);
      }
    });
    return made;
  }

  /** The regions that inputs come in by. */
  get inputs(): ReadonlyMap<Region, string> {
    return new Map(this.feeds.map(({ region, input }) => [region, input]));
  }

  #inputOf(value: Value): string {
    return this.#inputs.get((value as EngineValue).source.a.region)!;
  }

  #feed(input: string, region: Region, write: Feed['write']): void {
    this.feeds.push({ input, region, write });
  }
}

/** Rows of pictures: `[B, C, P]` to `[B, P, C]`, and with channels and pixels in each other's place back again. */
export function turned(from: Float32Array, to: Float32Array, channels: number, pixels: number): void {
  const each = channels * pixels;
  for (let at = 0; at < from.length; at += each)
    transposeRows(from.subarray(at, at + each), to.subarray(at, at + each), 0, channels, 1);
}
