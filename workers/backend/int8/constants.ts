/**
 * A network's weights as its instructions want them: where each will lie, and how it is read in, tensor by tensor, into the
 * one place where it stays. What is stored in other numbers than int8 is rounded to them on the way, but for the layers that
 * stay float32.
 */
import { toF32 } from '../../../models/floats';
import { BLOCK } from '../../../models/quantize/plan';
import { quantize } from '../../../models/quantize/rounding';
import { badModel } from '../../../models/refuse';
import type { PackedTensor, StageWeights } from '../../../models/stage';
import type { Region } from './instruction';
import type { Kernels } from './kernels';

/** Where weights are written to. */
export interface Target {
  readonly memory: ArrayBufferLike;
  readonly staging: number;
  readonly stagingBytes: number;
  addressOf(region: Region): number;
  readonly pack: Kernels['pack'];
}

/** A table that rows are looked up in. */
export interface Table {
  readonly region: Region;
  row(memory: ArrayBufferLike, addressOf: (region: Region) => number, index: number): Float32Array;
}

export interface IntegerRegions {
  readonly values: Region;
  readonly sums: Region;
  readonly scales: Region;
}

type Load = (target: Target, weights: StageWeights) => void;

const eights = (count: number): number => Math.ceil(count / 8) * 8;

export class Constants {
  readonly regions: Region[] = [];
  readonly #loads: Load[] = [];
  readonly #stored: ReadonlyMap<string, PackedTensor>;
  readonly #made = new Map<string, Region>();
  readonly #integers = new Map<string, IntegerRegions>();
  readonly #tables = new Map<string, Table>();
  #zeros: { bytes: number } & Region = { name: 'zeros', bytes: 0 };

  constructor(
    readonly stage: string,
    tensors: readonly PackedTensor[],
  ) {
    this.#stored = new Map(tensors.map((tensor) => [tensor.name, tensor]));
    this.regions.push(this.#zeros);
  }

  /** Writes all of them. Each tensor is read once. */
  load(target: Target, weights: StageWeights): void {
    new Uint8Array(target.memory, target.addressOf(this.#zeros), this.#zeros.bytes).fill(0);
    for (const load of this.#loads) load(target, weights);
  }

  /** A row of zeros, of at least so many bytes. */
  zeros(bytes: number): Region {
    this.#zeros.bytes = Math.max(this.#zeros.bytes, bytes);
    return this.#zeros;
  }

  /** Float32 numbers, zeros up to the next eight. */
  vector(name: string, length: number): Region {
    return this.#once(name, 4 * eights(length), (numbers, weights) => numbers.set(this.#floats(name, weights)));
  }

  /** Numbers of no tensor, by a name of their own. */
  numbers(name: string, values: Float32Array | Int32Array): Region {
    return this.#once(name, 4 * values.length, (numbers) => {
      new Uint8Array(numbers.buffer, numbers.byteOffset).set(
        new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
      );
    });
  }

  /** A layer's bias, or zeros. */
  bias(scope: string, length: number, present: boolean): Region {
    return present ? this.vector(`${scope}.bias`, length) : this.zeros(4 * eights(length));
  }

  /** `[2, length]`: weight, then bias. */
  weightAndBias(scope: string, length: number): Region {
    return this.#once(`${scope}.weight and bias`, 8 * length, (numbers, weights) => {
      numbers.set(this.#floats(`${scope}.weight`, weights));
      numbers.set(this.#floats(`${scope}.bias`, weights), length);
    });
  }

  /** A tensor so many times over. */
  repeated(name: string, shape: readonly number[], times: number): Region {
    const count = shape.reduce((product, size) => product * size, 1);
    return this.#once(`${name} × ${times}`, 4 * count * times, (numbers, weights) => {
      const once = this.#floats(name, weights);
      for (let i = 0; i < times; i++) numbers.set(once, i * count);
    });
  }

  /** Float32 weights of a layer, `[N / 8, taps, C, 8]`. */
  floats(scope: string, taps: number, channels: number, results: number): Region {
    const name = `${scope}.weight`;
    return this.#once(`${name} panels`, 4 * eights(results) * taps * channels, (numbers, weights) => {
      const { at } = this.#weight(name, taps, channels, results, weights);
      for (let n = 0; n < results; n++) {
        for (let tap = 0; tap < taps; tap++) {
          const panel = ((n >> 3) * taps + tap) * channels;
          for (let c = 0; c < channels; c++) numbers[(panel + c) * 8 + (n & 7)] = at(n, tap, c);
        }
      }
    });
  }

  /** Int8 weights of a layer, their sums and their scales: the same however often they are asked for. */
  integers(scope: string, taps: number, channels: number, results: number): IntegerRegions {
    const name = `${scope}.weight`;
    const known = this.#integers.get(name);
    if (known) return known;
    const region = (what: string, bytes: number): Region => this.#region(`${name} ${what}`, bytes);
    const values = region('values', eights(results) * taps * Math.ceil(channels / 4) * 4);
    const sums = region('sums', 4 * eights(results) * taps);
    const scales = region('scales', 4 * eights(results));
    this.#loads.push((target, weights) => {
      new Uint8Array(target.memory, target.addressOf(values), values.bytes).fill(0);
      new Uint8Array(target.memory, target.addressOf(sums), sums.bytes).fill(0);
      const to = new Float32Array(target.memory, target.addressOf(scales), eights(results)).fill(0);
      const stored = this.#stored.get(`${name}/${taps > 1 ? 'taps' : 'columns'}`);
      const isInteger = stored?.dtype === 'I8';
      if (isInteger) to.set(this.#floats(`${name}/scales`, weights));
      const bytes = isInteger
        ? this.#read(stored, weights)
        : this.#rounded(name, taps, channels, results, weights, to.subarray(0, results));
      packAll(target, bytes, [taps, channels, results], target.addressOf(values), target.addressOf(sums));
    });
    const regions = { values, sums, scales };
    this.#integers.set(name, regions);
    return regions;
  }

  /** A table as it is stored; there once for all who ask. */
  table(name: string): Table {
    const known = this.#tables.get(name) ?? this.#newTable(name);
    this.#tables.set(name, known);
    return known;
  }

  #newTable(name: string): Table {
    const rows = this.#stored.get(`${name}/rows`);
    const tensor = rows ?? this.#stored.get(name) ?? this.#missing(name);
    const region = this.#region(name, tensor.bytes);
    const scales = rows ? this.vector(`${name}/scales`, tensor.shape[0]!) : undefined;
    this.#loads.push((target, weights) => {
      const bytes = this.#read(tensor, weights);
      new Uint8Array(target.memory, target.addressOf(region), bytes.length).set(bytes);
    });
    const width = tensor.shape[1]!;
    const each = tensor.bytes / tensor.shape[0]!;
    return {
      region,
      row(memory, addressOf, index) {
        const bytes = new Uint8Array(memory, addressOf(region) + index * each, each);
        if (!scales) return toF32(tensor.dtype as 'F32' | 'F16', bytes);
        const [scale] = new Float32Array(memory, addressOf(scales) + 4 * index, 1);
        return Float32Array.from(new Int8Array(memory, bytes.byteOffset, width), (value) => value * scale!);
      },
    };
  }

  #region(name: string, bytes: number): Region {
    const region: Region = { name, bytes };
    this.regions.push(region);
    return region;
  }

  #once(name: string, bytes: number, fill: (numbers: Float32Array, weights: StageWeights) => void): Region {
    let region = this.#made.get(name);
    if (!region) {
      const made = this.#region(name, bytes);
      this.#made.set(name, made);
      this.#loads.push((target, weights) => {
        fill(new Float32Array(target.memory, target.addressOf(made), bytes / 4).fill(0), weights);
      });
      region = made;
    }
    return region;
  }

  #missing(name: string): never {
    throw badModel(`${this.stage}: ${name}`, 'a tensor', 'none');
  }

  #read(tensor: PackedTensor, weights: StageWeights): Uint8Array {
    return weights.read(tensor.offset, tensor.offset + tensor.bytes);
  }

  #floats(name: string, weights: StageWeights): Float32Array {
    const tensor = this.#stored.get(name) ?? this.#missing(name);
    return toF32(tensor.dtype as 'F32' | 'F16', this.#read(tensor, weights));
  }

  /** A layer's weights whatever they are stored in, by output, tap and input channel. */
  #weight(name: string, taps: number, channels: number, results: number, weights: StageWeights) {
    const byTap = (values: ArrayLike<number>, scales?: Float32Array) => ({
      at: (n: number, tap: number, c: number): number =>
        values[(tap * channels + c) * results + n]! * (scales ? scales[n]! : 1),
    });
    if (this.#stored.has(`${name}/blocks`)) {
      const scales = Float32Array.from(this.#floats(`${name}/scales`, weights));
      const bytes = Uint8Array.from(this.#read(this.#stored.get(`${name}/blocks`)!, weights));
      return {
        at: (n: number, _: number, c: number): number => {
          const i = n * channels + c;
          return (((bytes[i >> 1]! >> (4 * (i & 1))) & 15) - 8) * scales[Math.floor(i / BLOCK)]!;
        },
      };
    }
    for (const layout of ['taps', 'columns']) {
      const tensor = this.#stored.get(`${name}/${layout}`);
      if (!tensor) continue;
      if (tensor.dtype !== 'I8') return byTap(this.#floats(tensor.name, weights));
      const scales = Float32Array.from(this.#floats(`${name}/scales`, weights));
      return byTap(new Int8Array(Uint8Array.from(this.#read(tensor, weights)).buffer), scales);
    }
    const plain = this.#floats(name, weights);
    return { at: (n: number, tap: number, c: number): number => plain[(n * channels + c) * taps + tap]! };
  }

  /** Stored in wider numbers or fewer bits: the nearest int8, `[taps, C, K]`. */
  #rounded(name: string, taps: number, channels: number, results: number, weights: StageWeights, scales: Float32Array) {
    const { at } = this.#weight(name, taps, channels, results, weights);
    const length = taps * channels;
    const row = new Float32Array(length);
    const integers = new Int8Array(length);
    const all = new Uint8Array(length * results);
    for (let n = 0; n < results; n++) {
      for (let i = 0; i < length; i++) row[i] = at(n, Math.floor(i / channels), i % channels);
      quantize(row, 127, scales.subarray(n, n + 1), integers);
      if (Number.isNaN(scales[n])) throw badModel(`${this.stage}: ${name}`, 'finite numbers', 'infinity or NaN');
      for (let i = 0; i < length; i++) all[i * results + n] = integers[i]!;
    }
    return all;
  }
}

/** Int8 `[taps, C, K]` into place, by way of the staging memory, as many rows at a time as it holds. */
function packAll(
  { memory, staging, stagingBytes, pack }: Target,
  bytes: Uint8Array,
  [taps, channels, results]: readonly [number, number, number],
  to: number,
  sums: number,
): void {
  const together = Math.max(4, Math.floor((stagingBytes - 64) / results / 4) * 4);
  const into = new Uint8Array(memory, staging, stagingBytes);
  for (let tap = 0; tap < taps; tap++) {
    for (let begin = 0; begin < channels; begin += together) {
      const rows = Math.min(together, channels - begin);
      const first = (tap * channels + begin) * results;
      into.set(bytes.subarray(first, first + rows * results));
      pack(staging, taps, channels, results, tap, begin, rows, to, sums);
    }
  }
}
