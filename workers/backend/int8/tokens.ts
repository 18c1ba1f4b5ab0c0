/** Tokens found alike, joined, and parted again. */
import type { TokenPartition } from '../../../models/graph/tokenMerging';
import {
  T_CHANNELS,
  T_DESTINATION_COUNT,
  T_DESTINATIONS,
  T_LEFT,
  T_MATCHES,
  T_MERGED,
  T_OUTPUT,
  T_OUTPUT_STRIDE,
  T_PLACES,
  T_ROWS,
  T_SHARES,
  T_SOURCE_COUNT,
  T_SOURCES,
  T_STRIDE,
  T_TILE,
  T_TOKENS,
  T_UNITS,
  TOKEN_MATCHES,
  TOKEN_PLACES,
  TOKEN_UNITS,
  TOKENS_MERGED,
  TOKENS_PARTED,
} from '../../kernels/layout';
import type { Assembly } from './assembly';
import { place, type Region } from './instruction';
import { layerOf, type Rows } from './value';

/** Rows, one a token, of the place that it goes to, as int32; and beside them the shares of its mean. */
const SHARES = new WeakMap<Region, Region>();

const TILE_SOURCES = 48;
const TILE_CHANNELS = 16;
const TILE_TOKENS = 64;

export function matched(assembly: Assembly, x: Rows, batch: number, partition: TokenPartition): Rows {
  assembly.inFours(layerOf(x), x.channels);
  const { height, width, sources, destinations, merged } = partition;
  const panels = Math.ceil(destinations.length / 8);
  const left = height * width - merged;
  const list = (what: string, tokens: readonly number[]): Region =>
    assembly.constants.numbers(`${what} of ${height}x${width}`, Int32Array.from(tokens));
  const [from, to] = [list('sources', sources), list('destinations', destinations)];
  const units = assembly.region('unit tokens', 32 * batch * panels * x.channels);
  const matches = assembly.region('matches', 8 * batch * sources.length);
  const places = assembly.rows('places', x.rows, 1);
  const shares = assembly.region('shares', 4 * batch * left);
  const words = {
    ...{ [T_ROWS]: place(x.region), [T_STRIDE]: x.channels, [T_CHANNELS]: x.channels, [T_TOKENS]: height * width },
    ...{ [T_SOURCES]: place(from), [T_SOURCE_COUNT]: sources.length, [T_MERGED]: merged, [T_LEFT]: left },
    ...{ [T_DESTINATIONS]: place(to), [T_DESTINATION_COUNT]: destinations.length, [T_UNITS]: place(units) },
    ...{ [T_MATCHES]: place(matches), [T_PLACES]: place(places.region), [T_SHARES]: place(shares) },
    [T_TILE]: TILE_SOURCES,
  };
  const common = { scope: layerOf(x), words };
  assembly.push({
    ...common,
    ...{ opcode: TOKEN_UNITS, tiles: batch * panels, scratch: 0, reads: [x.region, to], writes: [units] },
  });
  assembly.push({
    ...{ ...common, opcode: TOKEN_MATCHES, tiles: batch * Math.ceil(sources.length / TILE_SOURCES), scratch: 576 },
    ...{ reads: [x.region, units, from], writes: [matches] },
  });
  assembly.push({
    ...{ ...common, opcode: TOKEN_PLACES, tiles: batch, scratch: 0 },
    ...{ reads: [matches, from, to], writes: [places.region, shares] },
  });
  SHARES.set(places.region, shares);
  return places;
}

export function merged(assembly: Assembly, x: Rows, places: Rows, batch: number, left: number): Rows {
  assembly.inFours(layerOf(x), x.channels);
  const shares = SHARES.get(places.region)!;
  const rows = assembly.rows(`${layerOf(x)}.merged tokens`, batch * left, x.channels);
  assembly.push({
    ...{ opcode: TOKENS_MERGED, scope: layerOf(x), tiles: batch * Math.ceil(x.channels / TILE_CHANNELS), scratch: 0 },
    ...{ reads: [x.region, places.region, shares], writes: [rows.region] },
    words: {
      ...{ [T_ROWS]: place(x.region), [T_STRIDE]: x.channels, [T_CHANNELS]: x.channels, [T_TOKENS]: x.rows / batch },
      ...{ [T_PLACES]: place(places.region), [T_SHARES]: place(shares), [T_LEFT]: left, [T_TILE]: TILE_CHANNELS },
      ...{ [T_OUTPUT]: place(rows.region), [T_OUTPUT_STRIDE]: x.channels },
    },
  });
  return rows;
}

export function parted(assembly: Assembly, x: Rows, places: Rows): Rows {
  const rows = assembly.rows(`${layerOf(x)}.parted tokens`, places.rows, x.channels);
  assembly.push({
    ...{ opcode: TOKENS_PARTED, scope: layerOf(x), tiles: Math.ceil(places.rows / TILE_TOKENS), scratch: 0 },
    ...{ reads: [x.region, places.region], writes: [rows.region] },
    words: {
      ...{ [T_ROWS]: place(x.region), [T_STRIDE]: x.channels, [T_CHANNELS]: x.channels, [T_TOKENS]: places.rows },
      ...{ [T_PLACES]: place(places.region), [T_TILE]: TILE_TOKENS },
      ...{ [T_OUTPUT]: place(rows.region), [T_OUTPUT_STRIDE]: x.channels },
    },
  });
  return rows;
}
