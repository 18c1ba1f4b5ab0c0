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
 * Records `begin` … `end - 1` of the program at `program`. `scratch` is this thread's own. Returns at the end, or at the
 * end of the record in which a number was not finite.
 */
export function run(program: usize, begin: i32, end: i32, state: usize, scratch: usize, threads: i32): void {
  for (let i = begin; i < end; i++) {
    const record = program + RECORD_BYTES * i;
    const counter = state + STATE_FIRST + STATE_BYTES * i;
    const tiles = word(record, TILES);
    while (true) {
      const tile = atomic.add<i32>(counter, 1);
      if (tile >= tiles) break;
      if (!runTile(record, tile, scratch)) atomic.cmpxchg<i32>(state + STATE_FAILED, 0, i + 1);
    }
    meet(counter + 4, threads);
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

/** Waits until all threads have come. */
function meet(counter: usize, threads: i32): void {
  if (threads === 1) return;
  if (atomic.add<i32>(counter, 1) + 1 === threads) {
    atomic.notify(counter, threads);
    return;
  }
  for (let look = 0; look < LOOKS; look++) if (atomic.load<i32>(counter) >= threads) return;
  while (true) {
    const seen = atomic.load<i32>(counter);
    if (seen >= threads) return;
    atomic.wait<i32>(counter, seen, -1);
  }
}
