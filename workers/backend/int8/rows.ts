/** Rows changed on their way: written as float32, or quantized for a product. */
import {
  GEGLU,
  PLAIN,
  R_A,
  R_A_CHANNELS,
  R_A_STRIDE,
  R_ADD,
  R_ADD_STRIDE,
  R_AFFINE,
  R_B,
  R_B_CHANNELS,
  R_B_STRIDE,
  R_EPSILON,
  R_FACTOR,
  R_LEVELS,
  R_LOWEST,
  R_M,
  R_OUTPUT,
  R_OUTPUT_STRIDE,
  R_PARAMS,
  R_PICTURE_ROWS,
  R_REST,
  R_REST_PARAMS,
  R_ROW_FACTORS,
  R_SUMMAND,
  R_TILE_ROWS,
  R_TRANSFORM,
  ROWS,
} from '../../kernels/layout';
import type { Assembly } from './assembly';
import { leaveIntegers } from './gated';
import { place, type Region } from './instruction';
import type { Range } from './numbers';
import { type Change, channelsOf, type EngineValue, type Rows, type Source } from './value';

/** Quantized rows: integers, and beside them a scale and an offset each. */
export interface Quantized {
  readonly numbers: Region;
  readonly params: Region;
  /** What bytes leave of the rows, as bytes and params, where eight bits are not enough. */
  readonly rest?: { readonly numbers: Region; readonly params: Region };
  /** From one row to the next, bytes. */
  readonly stride: number;
  readonly rows: number;
}

/** Rows of a tile: enough to pay for taking it, few enough that threads finish together. */
const TILE_ROWS = 16;

/** Bytes of a quantized row: whole sixteens of numbers. */
export const strideOf = ({ numbers }: Assembly, channels: number): number =>
  numbers.bytes * Math.ceil(channels / 16) * 16;

const WRITTEN = new WeakMap<EngineValue, Rows>();
/** With care and without. */
const [CAREFULLY, PLAINLY] = [new WeakMap<EngineValue, Quantized>(), new WeakMap<EngineValue, Quantized>()];

/** The value as float32 rows. */
export function written(assembly: Assembly, value: EngineValue): Rows {
  const { source, change, small } = value;
  if (small) throw new Error('an enlarged picture is only looked at by convolutions');
  if (!change && !source.b) return source.a;
  let rows = WRITTEN.get(value);
  if (!rows) {
    rows = changedRows(assembly, value.name, source, change ?? { transform: PLAIN }, {
      pictures: value.shape[0]!,
    }).rows;
    WRITTEN.set(value, rows);
  }
  return rows;
}

/** The value's rows as integers, with care or without as `scope` wants them, made once however often they are asked for. */
export function quantized(assembly: Assembly, scope: string, value: EngineValue): Quantized {
  const careful = assembly.precise(scope);
  const known = careful ? CAREFULLY : PLAINLY;
  let made = known.get(value);
  if (!made) {
    const { rows } = value.source.a;
    const results = resultsOf(value.source, value.change);
    const stride = strideOf(assembly, results);
    const pair = () => ({
      numbers: assembly.region(`${scope} integers`, rows * stride),
      params: assembly.region(`${scope} scales`, 8 * rows),
    });
    const rest = careful && assembly.numbers.bytes === 1 ? pair() : undefined;
    made = { ...pair(), ...(rest ? { rest } : {}), stride, rows };
    const range = numbersOf(assembly, scope, results);
    if (!value.change && value.gated && leaveIntegers(assembly, value.gated, made, range)) {
      known.set(value, made);
      return made;
    }
    const to = {
      ...{ [R_OUTPUT]: made.numbers, [R_PARAMS]: made.params },
      ...(rest ? { [R_REST]: rest.numbers, [R_REST_PARAMS]: rest.params } : {}),
    };
    push(
      assembly,
      scope,
      value.source,
      value.change ?? { transform: PLAIN },
      { pictures: value.shape[0]! },
      to,
      stride,
    );
    known.set(value, made);
  }
  return made;
}

export interface Extra {
  /** Rows to add first. */
  readonly plus?: Rows;
  readonly factor?: number;
  readonly summand?: number;
  /** One for each row. */
  readonly factors?: Rows;
  /** Of how many pictures the rows are. */
  readonly pictures?: number;
}

export function changedRows(assembly: Assembly, scope: string, source: Source, change: Change, extra: Extra = {}) {
  const rows = assembly.rows(scope, source.a.rows, resultsOf(source, change));
  push(assembly, scope, source, change, extra, { [R_OUTPUT]: rows.region }, 4 * rows.channels);
  return { rows };
}

const resultsOf = (source: Source, change?: Change): number =>
  channelsOf(source) / (change?.transform === GEGLU ? 2 : 1);

/** What the integers of a row of so many may be. */
const numbersOf = ({ numbers, precise }: Assembly, scope: string, results: number): Range =>
  (precise(scope) ? numbers.carefulRange?.(results) : undefined) ?? numbers.range(results);

function push(
  assembly: Assembly,
  scope: string,
  source: Source,
  { transform, affine, epsilon = 0 }: Change,
  { plus, factor = 1, summand = 0, factors, pictures = 1 }: Extra,
  to: Readonly<Record<number, Region>>,
  stride: number,
): void {
  const { a, b } = source;
  const halves = transform === GEGLU ? 2 : 1;
  // Floats that stay as they are, or are scaled, are written up to their end and no further.
  if (to[R_PARAMS] || transform !== PLAIN)
    assembly.inFours(scope, ...[a, ...(b ? [b] : [])].map(({ channels }) => channels / halves));
  const { levels, lowest } = numbersOf(assembly, scope, resultsOf(source, { transform }));
  const read = [a.region, b?.region, plus?.region, factors?.region, affine].flatMap((region) => region ?? []);
  assembly.push({
    opcode: ROWS,
    scope,
    tiles: Math.ceil(a.rows / TILE_ROWS),
    reads: read,
    writes: Object.values(to),
    scratch: 4 * channelsOf(source) + 64,
    words: {
      ...{ [R_A]: place(a.region), [R_A_STRIDE]: a.channels, [R_A_CHANNELS]: a.channels, [R_M]: a.rows },
      ...(b ? { [R_B]: place(b.region), [R_B_STRIDE]: b.channels, [R_B_CHANNELS]: b.channels } : {}),
      ...(plus ? { [R_ADD]: place(plus.region), [R_ADD_STRIDE]: plus.channels } : {}),
      ...(affine ? { [R_AFFINE]: place(affine) } : {}),
      ...(factors ? { [R_ROW_FACTORS]: place(factors.region) } : {}),
      ...{ [R_TRANSFORM]: transform, [R_PICTURE_ROWS]: a.rows / pictures, [R_EPSILON]: { float: epsilon } },
      ...{
        [R_FACTOR]: { float: factor },
        [R_SUMMAND]: { float: summand },
        [R_OUTPUT_STRIDE]: stride,
        [R_TILE_ROWS]: TILE_ROWS,
      },
      ...{ [R_LEVELS]: levels, [R_LOWEST]: lowest },
      ...Object.fromEntries(Object.entries(to).map(([index, region]) => [index, place(region)])),
    },
  });
}
