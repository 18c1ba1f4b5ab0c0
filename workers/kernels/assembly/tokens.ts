/** Token merging: which tokens are alike, and their means. */
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
} from '../layout';
import { dotFloats } from './dot';
import { sum4 } from './real';
import { address, least, word } from './words';

/** Added to lengths: a token of zeros is like none. */
const TINY: f32 = 1e-20;

/** Of a list of tokens. */
function listed(list: usize, i: i32): i32 {
  return load<i32>(list + ((<usize>i) << 2));
}

function rowOf(record: usize, picture: i32, token: i32): usize {
  return address(record, T_ROWS) + ((address(record, T_STRIDE) * (picture * word(record, T_TOKENS) + token)) << 2);
}

/** 1 over the length of a row. */
function inverseLength(row: usize, bytes: usize): f32 {
  let squares = f32x4.splat(0);
  for (let i: usize = 0; i < bytes; i += 16)
    squares = f32x4.add(squares, f32x4.mul(v128.load(row + i), v128.load(row + i)));
  return 1 / (sqrt<f32>(sum4(squares)) + TINY);
}

/** Eight destinations of a picture. */
export function unitsTile(record: usize, tile: i32): void {
  const count = word(record, T_DESTINATION_COUNT);
  const channels = word(record, T_CHANNELS);
  const panels = (count + 7) >> 3;
  const first = (tile % panels) << 3;
  const panel = address(record, T_UNITS) + ((<usize>channels) << 5) * tile;
  for (let j = 0; j < 8; j++) {
    const token = listed(address(record, T_DESTINATIONS), least(first + j, count - 1));
    const row = rowOf(record, tile / panels, token);
    const by = inverseLength(row, (<usize>channels) << 2);
    let to = panel + ((<usize>j) << 2);
    for (let c: usize = 0; c < (<usize>channels) << 2; c += 4) {
      store<f32>(to, load<f32>(row + c) * by);
      to += 32;
    }
  }
}

/** Of scratch: products; then of each of six rows the largest so far in eight lanes, and the panels that they are of. */
const MOST: usize = 192;
const WHERE: usize = 384;

/** Some sources of a picture. */
export function matchesTile(record: usize, tile: i32, scratch: usize): void {
  const count = word(record, T_SOURCE_COUNT);
  const each = word(record, T_TILE);
  const tiles = (count + each - 1) / each;
  const end = least((tile % tiles) * each + each, count);
  for (let s = (tile % tiles) * each; s < end; s += 6) sixSources(record, tile / tiles, s, least(6, end - s), scratch);
}

function sixSources(record: usize, picture: i32, first: i32, rows: i32, scratch: usize): void {
  const channels = word(record, T_CHANNELS);
  const last = first + rows - 1;
  const list = address(record, T_SOURCES);
  const x0 = rowOf(record, picture, listed(list, first));
  const x1 = rowOf(record, picture, listed(list, least(first + 1, last)));
  const x2 = rowOf(record, picture, listed(list, least(first + 2, last)));
  const x3 = rowOf(record, picture, listed(list, least(first + 3, last)));
  const x4 = rowOf(record, picture, listed(list, least(first + 4, last)));
  const x5 = rowOf(record, picture, listed(list, least(first + 5, last)));
  const destinations = word(record, T_DESTINATION_COUNT);
  const panels = (destinations + 7) >> 3;
  const panelBytes = (<usize>channels) << 5;
  let panel = address(record, T_UNITS) + panelBytes * (panels * picture);
  for (let i: usize = 0; i < 192; i += 16) v128.store(scratch + MOST + i, f32x4.splat(-Infinity));
  memory.fill(scratch + WHERE, 0, 192);
  for (let p = 0; p < panels; p++) {
    memory.fill(scratch, 0, 192);
    dotFloats(panel, channels, scratch, x0, x1, x2, x3, x4, x5);
    const here = i32x4.splat(p);
    for (let i: usize = scratch; i < scratch + 192; i += 16) {
      const likeness = v128.load(i);
      const more = f32x4.gt(likeness, v128.load(i + MOST));
      v128.store(i + MOST, v128.bitselect(likeness, v128.load(i + MOST), more));
      v128.store(i + WHERE, v128.bitselect(here, v128.load(i + WHERE), more));
    }
    panel += panelBytes;
  }
  for (let i = 0; i < rows; i++) {
    let most: f32 = -Infinity;
    let likest = 0;
    for (let j = 0; j < 8; j++) {
      const at = scratch + ((<usize>i) << 5) + ((<usize>j) << 2);
      const likeness = load<f32>(at + MOST);
      const destination = least((load<i32>(at + WHERE) << 3) + j, destinations - 1);
      // The first of those that are as like, in whatever lane.
      if (likeness > most || (likeness === most && destination < likest)) {
        most = likeness;
        likest = destination;
      }
    }
    const row = rowOf(record, picture, listed(list, first + i));
    const to = address(record, T_MATCHES) + ((<usize>(word(record, T_SOURCE_COUNT) * picture + first + i)) << 3);
    store<f32>(to, most * inverseLength(row, (<usize>channels) << 2));
    store<i32>(to, likest, 4);
  }
}

/** Of a likeness an integer that is larger where it is. */
function rank(likeness: usize): i32 {
  const bits = load<i32>(likeness);
  return bits ^ ((bits >> 31) & 0x7fffffff);
}

/** One picture: the sources most like a destination go to it, the others stay, in the order they stand in. */
export function placesTile(record: usize, picture: i32): void {
  const count = word(record, T_SOURCE_COUNT);
  const destinations = word(record, T_DESTINATION_COUNT);
  const merged = word(record, T_MERGED);
  const matches = address(record, T_MATCHES) + ((<usize>(count * picture)) << 3);
  const places = address(record, T_PLACES) + ((<usize>(word(record, T_TOKENS) * picture)) << 2);
  const left = word(record, T_LEFT);
  const base = left * picture;
  const shares = address(record, T_SHARES) + ((<usize>base) << 2);
  const kept = count - merged;
  // The rank beyond which there are fewer than are merged: halved until it is found.
  let low: i64 = i32.MIN_VALUE,
    high: i64 = i32.MAX_VALUE;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (above(matches, count, <i32>middle) < merged) high = middle;
    else low = middle + 1;
  }
  const least = <i32>low;
  let level = merged - above(matches, count, least);
  for (let i = 0; i < left; i++) store<f32>(shares + ((<usize>i) << 2), i < kept ? 1 : 0);
  let next = 0;
  for (let s = 0; s < count; s++) {
    const match = matches + ((<usize>s) << 3);
    const own = rank(match);
    let place = next;
    if (own > least || (own === least && level > 0)) {
      if (own === least) level--;
      place = kept + load<i32>(match, 4);
      const share = shares + ((<usize>place) << 2);
      store<f32>(share, load<f32>(share) + 1);
    } else next++;
    store<i32>(places + ((<usize>listed(address(record, T_SOURCES), s)) << 2), base + place);
  }
  for (let d = 0; d < destinations; d++) {
    store<i32>(places + ((<usize>listed(address(record, T_DESTINATIONS), d)) << 2), base + kept + d);
    const share = shares + ((<usize>(kept + d)) << 2);
    store<f32>(share, 1 / (load<f32>(share) + 1));
  }
}

/** How many sources rank above. */
function above(matches: usize, count: i32, than: i32): i32 {
  let found = 0;
  for (let s = 0; s < count; s++) if (rank(matches + ((<usize>s) << 3)) > than) found++;
  return found;
}

/** Some channels of a picture, fours. */
export function mergedTile(record: usize, tile: i32): void {
  const channels = word(record, T_CHANNELS);
  const each = word(record, T_TILE);
  const tiles = (channels + each - 1) / each;
  const picture = tile / tiles;
  const begin = (<usize>((tile % tiles) * each)) << 2;
  const end = (<usize>least((tile % tiles) * each + each, channels)) << 2;
  const left = word(record, T_LEFT);
  const stride = address(record, T_OUTPUT_STRIDE) << 2;
  const first = address(record, T_OUTPUT) + stride * (left * picture);
  for (let row = 0; row < left; row++) memory.fill(first + stride * row + begin, 0, end - begin);
  const tokens = word(record, T_TOKENS);
  const places = address(record, T_PLACES) + ((<usize>(tokens * picture)) << 2);
  for (let token = 0; token < tokens; token++) {
    const from = rowOf(record, picture, token);
    const to = address(record, T_OUTPUT) + stride * listed(places, token);
    for (let c = begin; c < end; c += 16) v128.store(to + c, f32x4.add(v128.load(to + c), v128.load(from + c)));
  }
  for (let row = 0; row < left; row++) {
    const share = v128.load32_splat(address(record, T_SHARES) + ((<usize>(left * picture + row)) << 2));
    const to = first + stride * row;
    for (let c = begin; c < end; c += 16) v128.store(to + c, f32x4.mul(v128.load(to + c), share));
  }
}

/** Some tokens, counted over all pictures. */
export function partedTile(record: usize, tile: i32): void {
  const each = word(record, T_TILE);
  const end = least(tile * each + each, word(record, T_TOKENS));
  const bytes = (<usize>word(record, T_CHANNELS)) << 2;
  for (let token = tile * each; token < end; token++) {
    const place = <usize>listed(address(record, T_PLACES), token);
    const to = address(record, T_OUTPUT) + ((address(record, T_OUTPUT_STRIDE) * token) << 2);
    memory.copy(to, address(record, T_ROWS) + ((address(record, T_STRIDE) * place) << 2), bytes);
  }
}
