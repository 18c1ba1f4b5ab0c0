/**
 * Runs records one after another. Any number of threads call `run` with the same program and state: they take tiles from a
 * counter, and wait for one another at the end of each record. The state is zeros before.
 */

import {
  ATTENTION,
  ATTENTION_INTEGERS,
  CONV,
  CONV_DOUBLED,
  CONV_F32,
  CONV_GATED,
  CONV_WINOGRAD,
  GROUP_AFFINE,
  GROUP_MOMENTS,
  HALVED,
  LOWEST,
  OPCODE,
  PACK_HEADS,
  PACK_HEADS_INTEGERS,
  RECORD_BYTES,
  ROWS,
  STATE_BYTES,
  STATE_FAILED,
  STATE_FIRST,
  TILES,
  TOKEN_MATCHES,
  TOKEN_PLACES,
  TOKEN_UNITS,
  TOKENS_MERGED,
  TOKENS_PARTED,
  VECTOR,
} from '../layout';
import { attentionTile, packHead } from './attention';
import { attentionIntegersTile } from './attentionIntegers';
import { convTile } from './conv';
import { doubledTile } from './doubled';
import { gatedTile } from './gated';
import { affineTile, momentsTile } from './groupNorm';
import { halvedTile } from './halved';
import { lowestTile } from './lowest';
import { packHeadIntegers } from './packHeadIntegers';
import { rowsTile } from './rows';
import { matchesTile, mergedTile, partedTile, placesTile, unitsTile } from './tokens';
import { vectorTile } from './vector';
import { winogradTile } from './winograd';
import { word } from './words';

export { dotIntegers } from './dot';
export { pack } from './pack';

/** Looks at a counter before a thread goes to sleep: about a third of a millisecond. */
const LOOKS: i32 = 20_000;

/**
 * Slices of time in which nobody took a tile, after which whoever waits gives the others up: half a minute where a slice is a second. The
 * largest tile there is, of a UNet at 1024 px, has 3.8 · 10⁹ operations: a tenth of a second of a desktop's core, a few of a slow phone's.
 * Slices are counted, not a clock looked at, so that a device that sleeps has slept for one.
 */
const SLICES: i32 = 30;

/** What waiting comes to where nobody woke the thread (WebAssembly threads proposal, memory.atomic.wait32). */
const TIMED_OUT: i32 = 2;

/**
 * Records `begin` … `end - 1` of the program at `program`. `scratch` is this thread's own. Returns at the end, or at the
 * end of the record in which a number was not finite, or in that in which a thread was missed.
 */
export function run(
  program: usize,
  begin: i32,
  end: i32,
  state: usize,
  scratch: usize,
  threads: i32,
  sliceMilliseconds: i32,
): void {
  for (let i = begin; i < end; i++) {
    const record = program + RECORD_BYTES * i;
    const counter = state + STATE_FIRST + STATE_BYTES * i;
    const tiles = word(record, TILES);
    while (true) {
      const tile = atomic.add<i32>(counter, 1);
      if (tile >= tiles) break;
      if (!runTile(record, tile, scratch)) atomic.cmpxchg<i32>(state + STATE_FAILED, 0, i + 1);
    }
    if (!meet(counter, threads, state + STATE_FAILED, sliceMilliseconds)) {
      atomic.store<i32>(state + STATE_FAILED, -i - 1);
      // Others that wait leave as well.
      atomic.notify(counter + 4, threads);
      return;
    }
    // Of this record or one before: a quicker thread may be in the next already, and waits there for all.
    const failed = atomic.load<i32>(state + STATE_FAILED);
    if (failed !== 0 && failed <= i + 1) return;
  }
}

function runTile(record: usize, tile: i32, scratch: usize): bool {
  switch (word(record, OPCODE)) {
    case CONV:
      return convTile(record, tile, scratch, true);
    case CONV_F32:
      return convTile(record, tile, scratch, false);
    case CONV_DOUBLED:
      doubledTile(record, tile, scratch);
      return true;
    case CONV_GATED:
      return gatedTile(record, tile, scratch);
    case CONV_WINOGRAD:
      return winogradTile(record, tile, scratch);
    case ROWS:
      return rowsTile(record, tile, scratch);
    case GROUP_MOMENTS:
      momentsTile(record, tile, scratch);
      return true;
    case GROUP_AFFINE:
      return affineTile(record, tile);
    case PACK_HEADS:
      packHead(record, tile);
      return true;
    case ATTENTION:
      return attentionTile(record, tile, scratch);
    case PACK_HEADS_INTEGERS:
      return packHeadIntegers(record, tile);
    case ATTENTION_INTEGERS:
      return attentionIntegersTile(record, tile, scratch);
    case LOWEST:
      lowestTile(record, tile);
      return true;
    case HALVED:
      halvedTile(record, tile);
      return true;
    case TOKEN_UNITS:
      unitsTile(record, tile);
      return true;
    case TOKEN_MATCHES:
      matchesTile(record, tile, scratch);
      return true;
    case TOKEN_PLACES:
      placesTile(record, tile);
      return true;
    case TOKENS_MERGED:
      mergedTile(record, tile);
      return true;
    case TOKENS_PARTED:
      partedTile(record, tile);
      return true;
    case VECTOR:
      return vectorTile(record, tile);
    default:
      return false;
  }
}

/** Waits until all threads have come to a record's end; returns false where one is missed, by this thread or by another. */
function meet(counter: usize, threads: i32, failed: usize, sliceMilliseconds: i32): bool {
  if (threads === 1) return true;
  // By an offset: an address that is worked out on the way to this instruction is lost in V8 11.3 (Node 20).
  if (atomic.add<i32>(counter, 1, 4) + 1 === threads) {
    atomic.notify(counter + 4, threads);
    return true;
  }
  for (let look = 0; look < LOOKS; look++) if (atomic.load<i32>(counter, 4) >= threads) return true;
  let before = -1;
  let slices = 0;
  while (true) {
    const come = atomic.load<i32>(counter, 4);
    if (come >= threads) return true;
    if (atomic.load<i32>(failed) < 0 || slices === SLICES) return false;
    if (<i32>atomic.wait<i32>(counter + 4, come, <i64>sliceMilliseconds * 1_000_000) !== TIMED_OUT) continue;
    // Each tile that is taken, and each thread that comes, makes it more.
    const progress = atomic.load<i32>(counter) + come;
    slices = progress === before ? slices + 1 : 0;
    before = progress;
  }
}
