/** The page's own drawing on a device whose host says how hot it is. Times are those of a clock that only waiting and running move. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { StageFile } from '../../models/stage';
import type { Backend } from '../../workers/backend/backend';
import type { HostStatus } from '../../workers/backend/bridge/status';
import { LONGEST_REST_MILLISECONDS, paced } from '../../workers/paced';
import { rejects } from '../models/rejects';

const FILE = undefined as unknown as StageFile;
const status = (thermal: string, dutyPercent?: number): HostStatus => ({
  ...{ host: 'toy', memory: { totalBytes: 2, availableBytes: 1 }, thermal, models: [] },
  backends: { npu: { available: false, why: 'too-hot' }, 'native-cpu': { available: false, why: 'too-hot' } },
  ...(dutyPercent === undefined ? {} : { dutyPercent }),
});

function setUp(runMilliseconds = 400) {
  const made = { time: 0, rests: [] as number[], runs: 0, opened: 0, asked: 0 };
  const host: { last: HostStatus | undefined; now: HostStatus | undefined } = { last: undefined, now: undefined };
  const backend: Backend = {
    ...{ name: 'webgpu', heapBytes: () => 7 },
    async open() {
      made.opened += 1;
      return {
        async run() {
          made.runs += 1;
          made.time += runMilliseconds;
          return {};
        },
        close: async () => undefined,
      };
    },
  };
  const clock = {
    now: () => made.time,
    async wait(milliseconds: number, signal: AbortSignal) {
      signal.throwIfAborted();
      made.time += milliseconds;
      if (milliseconds > 0) made.rests.push(milliseconds);
    },
  };
  const told = {
    last: () => host.last,
    async now() {
      made.asked += 1;
      return host.now;
    },
  };
  const say = (one: HostStatus | undefined): void => {
    host.last = one;
    host.now = one;
  };
  return { made, host, say, backend: paced(backend, told, clock), signal: new AbortController() };
}

const test = suite('paced');

test('while the device is as ever, or nobody knows, nothing rests and nobody is asked', async () => {
  const { made, say, backend, signal } = setUp();
  const stage = await backend.open(FILE, signal.signal);
  await stage.run({});
  say(status('moderate'));
  await stage.run({});
  await stage.run({});
  assert.equal([made.rests, made.asked, made.runs, stage.runEach], [[], 0, 3, undefined]);
  assert.equal([backend.name, backend.heapBytes()], ['webgpu', 7]);
});

test('while it is hot, runs take the part of the time that the host says', async () => {
  const { made, say, backend, signal } = setUp();
  const stage = await backend.open(FILE, signal.signal);
  await stage.run({});
  say(status('severe', 50));
  await stage.run({});
  // 400 of 1600 ms are a quarter.
  say(status('severe', 25));
  await stage.run({});
  assert.equal(made.rests, [400, 1200]);
  say(status('light'));
  await stage.run({});
  assert.is(made.rests.length, 2);
});

test('no rest is longer than the longest', async () => {
  const { made, say, backend, signal } = setUp(100_000);
  say(status('severe', 50));
  const stage = await backend.open(FILE, signal.signal);
  await stage.run({});
  await stage.run({});
  assert.equal(made.rests, [LONGEST_REST_MILLISECONDS]);
});

test('while it is too hot, nothing is opened and nothing runs', async () => {
  const { made, say, backend, signal } = setUp();
  const stage = await backend.open(FILE, signal.signal);
  say(status('critical', 50));
  await rejects(() => stage.run({}), 'too-hot', 'webgpu', 'critical');
  await rejects(() => backend.open(FILE, signal.signal), 'too-hot');
  assert.equal([made.opened, made.runs], [1, 0]);
  say(status('none'));
  await stage.run({});
  assert.is(made.runs, 1);
});

test('what was too hot a while ago is asked again, and a host that is gone keeps nobody waiting', async () => {
  const { made, host, backend, signal } = setUp();
  const stage = await backend.open(FILE, signal.signal);
  host.last = status('emergency');
  host.now = status('none');
  await stage.run({});
  host.now = undefined;
  await stage.run({});
  assert.equal([made.runs, made.asked, made.rests], [2, 2, []]);
});

test('a stop is heard while it rests', async () => {
  const { say, backend, signal } = setUp();
  const stage = await backend.open(FILE, signal.signal);
  await stage.run({});
  say(status('severe', 50));
  signal.abort(new Error('stopped'));
  await stage.run({}).then(
    () => assert.unreachable(),
    (thrown) => assert.is(thrown, signal.signal.reason),
  );
});

test.run();
