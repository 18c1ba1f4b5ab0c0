/** Pictures that calibrate: each noted by itself, so that a stop costs the one that is being drawn and no other. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CodedError } from '../../../models/errors';
import { recordedOnce } from '../../../workers/quantize/recordedCalls.node';
import { type Calls, type Once, recordedCalls } from '../../../workers/quantize/trajectories';
import { rejects } from '../../models/rejects';
import { fakeParts } from '../fakeParts';

const prompts = ['a cat', 'a dog', 'a house'].map((prompt) => ({ domain: 'demo', prompt }) as const);
const ASKED = { prompts, steps: 4, width: 16, height: 8, samples: 7 };
const scratch = await mkdtemp(join(tmpdir(), 'calls-'));
test.after(() => rm(scratch, { recursive: true, force: true }));

interface Run {
  readonly signal?: AbortSignal;
  readonly told?: (done: number, of: number) => void;
}

/** `opened`: how often what draws was asked for. */
async function recorded(folder: string, { signal = new AbortController().signal, told }: Run = {}) {
  let opened = 0;
  const drawn: number[] = [];
  const once: Once = (i, record) =>
    recordedOnce(join(scratch, `${folder}-${i}`), () => {
      drawn.push(i);
      return record();
    });
  const parts = async () => {
    opened++;
    return fakeParts();
  };
  const calls = await recordedCalls(parts, ASKED, signal, told, once);
  return { calls, drawn, opened };
}

const sizesOf = (calls: Calls) =>
  [calls.unet, calls.guided, calls.vae_decoder, calls.vae_encoder].map((all) => all.length);

test('of each picture some calls, a pair, and what it was decoded to', async () => {
  const { calls, drawn } = await recorded('once');
  assert.equal(drawn, [0, 1, 2]);
  assert.equal(sizesOf(calls), [7, 6, 3, 3]);
  const plain = await recordedCalls(async () => fakeParts(), ASKED, new AbortController().signal);
  assert.equal(calls, plain, 'and through files nothing of them changes');
});

test('after a stop what was drawn is not drawn again, and with nothing left to draw nothing is opened', async () => {
  const stop = new AbortController();
  const told = (done: number): void => {
    if (done > 1.2) stop.abort(new CodedError('aborted', { argument: 'a', expected: 'b', got: 'c' }));
  };
  await rejects(() => recorded('again', { signal: stop.signal, told }), 'aborted', 'a: expected b, got c');
  assert.equal(
    (await readdir(scratch)).filter((name) => name.startsWith('again')),
    ['again-0'],
  );
  const seen: number[] = [];
  const { calls, drawn } = await recorded('again', { told: (done) => void seen.push(done) });
  assert.equal(drawn, [1, 2]);
  assert.ok(
    seen.every((done) => done > 1),
    `${seen}`,
  );
  assert.equal(calls, (await recorded('once')).calls);
  const third = await recorded('again');
  assert.equal([third.drawn, third.opened, third.calls], [[], 0, calls]);
});

test.run();
