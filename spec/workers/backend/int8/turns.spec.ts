/** What is asked of our own kernels at once, of one network or of several, is done one after another: nobody's numbers get into another's. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../../../models/checkpoint';
import { diskFolder } from '../../../../models/folder.node';
import { turns } from '../../../../models/inTurn';
import { planModel } from '../../../../models/planModel';
import type { StageName } from '../../../../models/stage';
import type { Stage } from '../../../../workers/backend/backend';
import { nodeInt8Backend } from '../../../../workers/backend/int8/int8.node';
import { checkpointModel } from '../../../../workers/model.checkpoint';
import type { Tensors } from '../../../../workers/tensor';
import { fromRoot } from '../../../root';
import { input } from './network';

const demo = await openDiffusersFolder(await diskFolder(fromRoot('models/demo/model')));
const model = checkpointModel(demo, planModel(demo, 'int8'));
const { crossAttentionDim } = demo.description.unet;
const SIZE = { batch: 1, height: 8, width: 8 };
/** Alone, and with another thread, so that a run is in the middle of its work while something else is asked for. */
const [alone, backend] = [await nodeInt8Backend({ threads: 1 }), await nodeInt8Backend({ threads: 2 })];

async function open(stage: StageName, signal = new AbortController().signal, on = backend): Promise<Stage> {
  return on.open(await model.file(stage, SIZE, signal), signal);
}

/** `a red cat`, `a blue dog`, `red dog`: words that the demo model knows. */
const IDS = [
  [320, 736, 2368],
  [320, 1746, 1929],
  [736, 1929],
];
const prompt = (seed: number): Tensors => {
  const data = new Int32Array(77).fill(49407);
  data.set([49406, ...IDS[seed - 1]!]);
  return { input_ids: { type: 'int32', shape: [1, 77], data } };
};
const noisy = (seed: number): Tensors => ({
  sample: input([1, 4, 8, 8], seed),
  timestep: { type: 'float32', shape: [1], data: Float32Array.of(500) },
  encoder_hidden_states: input([1, 77, crossAttentionDim], seed + 1),
});

/** All at once, and each by itself. */
async function both(asked: readonly (() => Promise<Tensors>)[]): Promise<[together: unknown[], apart: unknown[]]> {
  const together = await Promise.all(asked.map((run) => run()));
  const apart: Tensors[] = [];
  for (const run of asked) apart.push(await run());
  return [together, apart];
}

test('two prompts that one text encoder is asked for at once are each their own', async () => {
  const encoder = await open('text_encoder', undefined, alone);
  const [together, apart] = await both([1, 2, 3].map((seed) => () => encoder.run(prompt(seed))));
  assert.equal(together, apart);
  assert.not.equal(apart[0], apart[1]);
  await encoder.close();
});

test('so are those of networks that share the threads, and one may be opened meanwhile', async () => {
  const [encoder, unet] = [await open('text_encoder'), await open('unet')];
  const runs = [() => unet.run(noisy(1)), () => encoder.run(prompt(1)), () => unet.run(noisy(2))];
  const opening = runs[0]!().then(() => undefined);
  const another = open('text_encoder');
  const [together, apart] = await both(runs);
  assert.equal(together, apart);
  assert.not.equal(apart[0], apart[2]);
  await opening;
  assert.equal(await (await another).run(prompt(1)), apart[1]);
  for (const stage of [encoder, unet, await another]) await stage.close();
});

test('a run that is stopped while it waits rejects, and keeps nobody waiting', async () => {
  const stop = new AbortController();
  const [encoder, other] = [await open('text_encoder', stop.signal), await open('text_encoder')];
  const first = other.run(prompt(1));
  const stopped = encoder.run(prompt(2)).then(
    () => 'ran',
    ({ name }: Error) => name,
  );
  stop.abort();
  const after = other.run(prompt(1));
  assert.is(await stopped, 'AbortError');
  assert.equal(await after, await first);
  for (const stage of [encoder, other]) await stage.close();
});

test('turns are taken in the order in which they are asked for, after what failed, too', async () => {
  const inTurn = turns();
  const told: string[] = [];
  const work = (name: string, fails = false) =>
    inTurn(async () => {
      told.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      told.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    });
  const all = await Promise.allSettled([work('a'), work('b', true), work('c')]);
  assert.equal(told, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  assert.equal(
    all.map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason))),
    ['a', 'Error: b', 'c'],
  );
});

test.run();
