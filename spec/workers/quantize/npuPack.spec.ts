/** Files for NPUs while they are written: a stop is heard. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { CodedError } from '../../../models/errors';
import type { Range } from '../../../models/quantize/encodings';
import { type IntegerWeights, roundedToNearest } from '../../../models/quantize/integerWeights';
import { type StageToWrite, writeNpuStage } from '../../../workers/quantize/npuPack.node';
import { randomModel } from '../../models/randomModel';
import { rejects } from '../../models/rejects';

test('a stop is heard between two constants of a graph, and no graph is there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'npu-pack-'));
  const { description, weights } = await openDiffusersFolder(await randomModel('A'));
  const source = roundedToNearest(weights('text_encoder'), () => 8);
  const stop = new AbortController();
  let read = 0;
  const stopping: IntegerWeights = {
    floats: (key) => source.floats(key),
    integers(key) {
      read++;
      if (read === 3) stop.abort(new CodedError('aborted', { argument: 'a', expected: 'b', got: 'c' }));
      return source.integers(key);
    },
  };
  const anything: ReadonlyMap<string, Range> = new (class extends Map<string, Range> {
    override get = () => ({ min: -1, max: 1 });
  })();
  const asked: StageToWrite = {
    stage: 'text_encoder',
    size: { batch: 1, height: 6, width: 5 },
    weights: stopping,
    weightBits: () => 8,
    activationBits: 16,
    ranges: anything,
    parts: 1,
  };
  try {
    await rejects(() => writeNpuStage(folder, description, asked, stop.signal), 'aborted', 'a: expected b, got c');
    assert.is(read, 3);
    assert.equal(await readdir(join(folder, 'every-size')), ['text_encoder.weights']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test.run();
