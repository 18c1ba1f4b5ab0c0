/** Two ways to compute, of which the first fails somewhere. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { StageName, StageSize } from '../../models/stage';
import { hostedFile } from '../../workers/backend/bridge/hostBackend';
import { CodedError, type ErrorCode } from '../../workers/errors';
import { fallingBack } from '../../workers/fallingBack';
import { COURSES } from '../../workers/memory/course';
import type { Parts } from '../../workers/openStage';
import type { Tensors } from '../../workers/tensor';
import { rejects } from '../models/rejects';

const never = new AbortController().signal;
const SIZE: StageSize = { batch: 2, height: 3, width: 5 };
const failing = (code: ErrorCode): CodedError => new CodedError(code, { argument: 'x', expected: 'a', got: 'b' });
const said = (name: string): Tensors => ({ [name]: { type: 'float32', shape: [0], data: new Float32Array(0) } });

interface Watched extends Parts {
  readonly log: string[];
  /** Thrown once by the next opening, run, or end. */
  opening?: Error;
  running?: Error;
  closing?: Error;
}

/** What happened to all of them, in order. */
const order: string[] = [];

function way(name: string): Watched {
  const thrownOnce = (key: 'opening' | 'running' | 'closing'): void => {
    const error = made[key];
    delete made[key];
    if (error) throw error;
  };
  const made: Watched = {
    log: [],
    model: {
      ...{ name, description: undefined as never, tokenizer: undefined as never, bytes: () => 0 },
      async file(stage: StageName, size: StageSize) {
        made.log.push(`file ${stage} ${Object.values(size)}`);
        const file = hostedFile(stage, size);
        return { ...file, weights: { ...file.weights, close: () => void made.log.push('weights closed') } };
      },
      async segments(stage: StageName, size: StageSize, count: number) {
        made.log.push(`${count} segments ${stage} ${Object.values(size)}`);
        return Promise.reject(failing('unsupported-model'));
      },
    },
    backend: {
      ...{ name: 'wasm', heapBytes: () => 0 },
      async open(file) {
        thrownOnce('opening');
        made.log.push(`open ${file.name}`);
        order.push(`${name} open ${file.name}`);
        return {
          async run() {
            thrownOnce('running');
            return said(name);
          },
          async close() {
            thrownOnce('closing');
            made.log.push('closed');
            order.push(`${name} closed`);
          },
        };
      },
    },
  };
  return made;
}

async function opened(first: Watched, second: Watched, signal = never) {
  const fell: string[] = [];
  const both = fallingBack(
    first,
    async () => second,
    (stage, { code }) => fell.push(`${stage}: ${code}`),
  );
  const open = (name: StageName) => both.open!(name, SIZE, signal);
  return { fell, open };
}

test('what the first can do the second never hears of', async () => {
  const [first, second] = [way('first'), way('second')];
  const { fell, open } = await opened(first, second);
  const stage = await open('unet');
  assert.equal(await stage.run({}), said('first'));
  await stage.close();
  assert.equal([fell, second.log], [[], []]);
  assert.equal(first.log, ['file unet 2,3,5', 'open unet', 'weights closed', 'closed']);
});

test('a run that fails is run again by the second, which goes on; the lost network is closed', async () => {
  order.length = 0;
  const [first, second] = [way('first'), way('second')];
  const { fell, open } = await opened(first, second);
  const stage = await open('unet');
  await stage.run({});
  first.running = failing('host-lost');
  assert.equal(await stage.run({}), said('second'));
  assert.equal(await stage.run({}), said('second'));
  await stage.close();
  assert.equal(fell, ['unet: host-lost']);
  // One after the other: a phone has memory for one.
  assert.equal(first.log.at(-1), 'closed');
  assert.equal(first.log.filter((line) => line === 'closed').length, 1);
  assert.ok(order.indexOf('first closed') < order.indexOf('second open unet'), order.join(', '));
  assert.equal(second.log, ['file unet 2,3,5', 'open unet', 'weights closed', 'closed']);
});

test('of several inputs, all are done by the one that can: one after another where it knows no better', async () => {
  const [first, second] = [way('first'), way('second')];
  const { fell, open } = await opened(first, second);
  const stage = await open('unet');
  assert.equal(await stage.runEach!([{}, {}]), [said('first'), said('first')]);
  first.running = failing('host-lost');
  assert.equal(await stage.runEach!([{}, {}]), [said('second'), said('second')]);
  assert.equal(fell, ['unet: host-lost']);
  const abort = new AbortController();
  const other = await (await opened(first, second, abort.signal)).open('unet');
  abort.abort(new Error('stopped'));
  await other.runEach!([{}]).then(
    () => assert.unreachable(),
    (thrown) => assert.is(thrown, abort.signal.reason),
  );
});

test('the second opens its networks by its own courses', async () => {
  const first = way('first');
  const { low } = COURSES;
  const [unet, decoder] = [low.unet[0]!, low.vae_decoder.at(-1)!];
  const second = { ...way('second'), courses: { ...{ text_encoder: { lean: true }, unet, vae_decoder: decoder } } };
  const { open } = await opened(first, second);
  first.opening = failing('backend-unavailable');
  await rejects(() => open('unet'), 'unsupported-model');
  assert.equal(second.log, ['4 segments unet 2,3,5']);
});

test('a network that cannot be opened falls alone', async () => {
  const [first, second] = [way('first'), way('second')];
  const { fell, open } = await opened(first, second);
  first.opening = failing('backend-unavailable');
  assert.equal(await (await open('text_encoder')).run({}), said('second'));
  assert.equal(await (await open('unet')).run({}), said('first'));
  assert.equal(fell, ['text_encoder: backend-unavailable']);
});

test('a device that is too hot is not made hotter by another way', async () => {
  const [first, second] = [way('first'), way('second')];
  const { fell, open } = await opened(first, second);
  const stage = await open('unet');
  first.running = failing('too-hot');
  await rejects(() => stage.run({}), 'too-hot');
  assert.equal([fell, second.log], [[], []]);
});

test('a host that is lost when it is no longer needed spoils nothing', async () => {
  const first = way('first');
  const { open } = await opened(first, way('second'));
  const stage = await open('unet');
  await stage.run({});
  first.closing = failing('host-lost');
  await stage.close();
  first.closing = new TypeError('a fault of ours');
  assert.is(await (await open('unet')).close().catch(({ name }: Error) => name), 'TypeError');
});

test('what cannot be opened in place of a lost network leaves nothing to be closed', async () => {
  const [first, second] = [way('first'), way('second')];
  const { open } = await opened(first, second);
  const stage = await open('unet');
  first.running = failing('host-lost');
  second.opening = failing('out-of-memory');
  await rejects(() => stage.run({}), 'out-of-memory');
  await stage.close();
  assert.equal(first.log.filter((line) => line === 'closed').length, 1);
});

test('ways in a row: what the second cannot do either, the third does', async () => {
  const [first, second, third] = [way('first'), way('second'), way('third')];
  const fell: string[] = [];
  const note = (from: string) => (stage: StageName) => fell.push(`${stage} from ${from}`);
  const inner = fallingBack(first, async () => second, note('first'));
  const all = fallingBack(inner, async () => third, note('second'));
  const stage = await all.open!('unet', SIZE, never);
  first.running = failing('backend-unavailable');
  assert.equal(await stage.run({}), said('second'));
  second.running = failing('host-lost');
  assert.equal(await stage.run({}), said('third'));
  assert.equal(fell, ['unet from first', 'unet from second']);
});

test('where the second fails too, its failure is told', async () => {
  const [first, second] = [way('first'), way('second')];
  const { open } = await opened(first, second);
  const stage = await open('unet');
  first.running = failing('host-lost');
  second.running = failing('out-of-memory');
  await rejects(() => stage.run({}), 'out-of-memory');
  second.running = failing('bad-picture');
  await rejects(() => stage.run({}), 'bad-picture');
});

test('a stop, a wrong request and what nobody foresaw stay what they are', async () => {
  for (const error of [failing('aborted'), failing('bad-argument'), new TypeError('a fault of ours')]) {
    const [first, second] = [way('first'), way('second')];
    const { fell, open } = await opened(first, second);
    first.opening = error;
    assert.is(await open('unet').catch((thrown: unknown) => thrown), error);
    assert.equal(fell, []);
  }
  const [first, abort] = [way('first'), new AbortController()];
  const { open } = await opened(first, way('second'), abort.signal);
  const stage = await open('unet');
  first.running = failing('host-lost');
  abort.abort();
  await rejects(() => stage.run({}), 'host-lost');
});

test.run();
