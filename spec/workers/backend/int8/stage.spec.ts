/** What stays from one run to the next, how many threads there are, what is refused: a network on the kernels as it is used. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Layers } from '../../../../models/graph/layers';
import { listing, type Parameter } from '../../../../models/graph/parameters';
import { planTensors } from '../../../../models/pack';
import type { StageWeights } from '../../../../models/stage';
import { weightsInMemory } from '../../../../models/stageWeights';
import { assemble, type Network } from '../../../../workers/backend/int8/assemble';
import { nodeThreads } from '../../../../workers/backend/int8/int8.node';
import { openInt8Stage, type Watch } from '../../../../workers/backend/int8/int8Stage';
import { bytesOf, WORDS, wordsOf } from '../../../../workers/backend/int8/numbers';
import type { Threads } from '../../../../workers/backend/int8/threads';
import type { Tensors } from '../../../../workers/tensor';
import { packedFile } from '../../../models/packedWeights';
import { input, madeUp } from './network';

const PIXELS = [1, 16, 12, 12] as const;

/** A convolution that is told the time, and attention to a prompt: the UNet in little. */
function little(net: Layers): void {
  const sample = net.input('sample', 'float32', PIXELS);
  const time = net.timestepEmbedding(net.input('timestep', 'float32', [1]), {
    width: 16,
    flipSinToCos: true,
    freqShift: 0,
  });
  const prompt = net.input('encoder_hidden_states', 'float32', [1, 7, 24]);
  const told = net.addToChannels(
    net.conv2d('c', sample, { channels: 16, kernel: 3 }),
    net.linear('t', net.silu(time), 16),
  );
  const tokens = net.toTokens(told);
  const seen = net.attention(net.linear('q', tokens, 16), net.linear('k', prompt, 16), net.linear('v', prompt, 16), {
    heads: 2,
  });
  net.output('noise', net.toPicture(net.add(net.linear('o', seen, 16), tokens), 12, 12));
}

const made = madeUp(little, 1);
const network = { name: 'little', describe: little, tensors: made.tensors };
const inputs = (prompt: number, timestep: number): Tensors => ({
  sample: input(PIXELS, 1),
  timestep: { type: 'float32', shape: [1], data: Float32Array.of(timestep) },
  encoder_hidden_states: input([1, 7, 24], prompt),
});

const one = await nodeThreads({ threads: 1 });

const open = (threads: Threads = one, watch?: Watch) =>
  openInt8Stage(network, weightsInMemory(made.bytes), threads, new AbortController().signal, watch);

/** The scopes of what is run, in order. */
async function watched(): Promise<{ readonly run: (prompt: number, timestep: number) => Promise<string[]> }> {
  const scopes: string[] = [];
  const stage = await open(one, async ({ scope }, run) => {
    scopes.push(scope);
    await run();
  });
  return {
    async run(prompt, timestep) {
      await stage.run(inputs(prompt, timestep));
      return scopes.splice(0);
    },
  };
}

test("a prompt's keys and values are computed once, also where two prompts take turns", async () => {
  const { run } = await watched();
  const count = (scopes: readonly string[]): number => scopes.filter((scope) => scope === 'k').length;
  assert.is(count(await run(1, 10)), 2, 'quantized and multiplied');
  assert.is(count(await run(2, 10)), 2);
  assert.is(count(await run(1, 10)), 0);
  assert.is(count(await run(2, 20)), 0);
});

test('what depends on the time alone is computed once for a timestep', async () => {
  const { run } = await watched();
  const count = (scopes: readonly string[]): number => scopes.filter((scope) => scope === 't').length;
  assert.is(count(await run(1, 10)), 1);
  assert.is(count(await run(2, 10)), 0);
  assert.is(count(await run(2, 20)), 1);
  assert.is(count(await run(2, 10)), 0);
});

test('what was kept gives the same numbers as what is computed anew', async () => {
  const stage = await open();
  const noise = async (prompt: number, timestep: number) =>
    (await stage.run(inputs(prompt, timestep))).noise!.data.slice();
  const first = [await noise(1, 10), await noise(2, 10), await noise(1, 20)];
  assert.equal([await noise(1, 10), await noise(2, 10), await noise(1, 20)], first);
  const fresh = await open();
  assert.equal((await fresh.run(inputs(1, 20))).noise!.data, first[2]);
  await stage.close();
  await fresh.close();
});

for (const count of [2, 3]) {
  test(`${count} threads compute what one does, bit for bit`, async () => {
    const threads = await nodeThreads({ threads: count });
    const [several, alone] = [await open(threads), await open()];
    for (const [prompt, timestep] of [
      [1, 10],
      [2, 500],
      [1, 10],
    ] as const) {
      const { noise } = await several.run(inputs(prompt, timestep));
      assert.equal(noise!.data, (await alone.run(inputs(prompt, timestep))).noise!.data);
    }
    await several.close();
    await alone.close();
  });
}

test('the next network gets the memory of one that is closed, grown if need be', async () => {
  const threads = await nodeThreads({ threads: 1 });
  const first = await open(threads);
  await first.close();
  const second = await open(threads);
  assert.is(second.heapBytes, first.heapBytes);
  const third = await open(threads);
  assert.is(third.heapBytes, first.heapBytes, 'another, while the second is in use');
  const expected = (await (await open()).run(inputs(1, 10))).noise!.data;
  assert.equal((await second.run(inputs(1, 10))).noise!.data, expected);
  assert.equal((await third.run(inputs(1, 10))).noise!.data, expected);
});

test('two that are open at once take turns on the same threads', async () => {
  const threads = await nodeThreads({ threads: 2 });
  const [first, second] = [await open(threads), await open(threads)];
  const expected = (await (await open()).run(inputs(1, 10))).noise!.data;
  for (const stage of [first, second, first]) {
    await stage.run(inputs(2, 500));
    assert.equal((await stage.run(inputs(1, 10))).noise!.data, expected);
  }
  assert.is(threads.heapBytes(), first.heapBytes + second.heapBytes);
});

test('of memories that are free the smallest that does is taken, or the one that has to grow least', async () => {
  const threads = await nodeThreads({ threads: 1 });
  const pages = (count: number) => threads.gather('unet', count * 65_536);
  const all = [await pages(3), await pages(8), await pages(5)];
  for (const team of all) team.dismiss();
  const taken = [await pages(4), await pages(9), await pages(2), await pages(1)];
  assert.equal(
    taken.map((team) => all.indexOf(team)),
    [2, 1, 0, -1],
  );
  assert.is(threads.heapBytes(), (5 + 9 + 3 + 1) * 65_536);
});

test('a stop is heard in the middle of a run', async () => {
  /** So many layers that they are not one part. */
  const deep = (net: Layers): void => {
    const how = { width: 16, flipSinToCos: true, freqShift: 0 };
    const time = net.timestepEmbedding(net.input('timestep', 'float32', [1]), how);
    let x = net.addToChannels(
      net.conv2d('c', net.input('sample', 'float32', PIXELS), { channels: 16, kernel: 3 }),
      net.linear('t', net.silu(time), 16),
    );
    for (let i = 0; i < 40; i++) x = net.silu(net.conv2d(`c${i}`, x, { channels: 16, kernel: 3 }));
    net.output('noise', net.conv2d('last', x, { channels: 16, kernel: 3 }));
  };
  const { tensors, bytes } = madeUp(deep, 2);
  const stop = new AbortController();
  const weights = weightsInMemory(bytes);
  const stage = await openInt8Stage({ name: 'deep', describe: deep, tensors }, weights, one, stop.signal);
  const at = (timestep: number): Tensors => ({
    sample: input(PIXELS, 1),
    timestep: { type: 'float32', shape: [1], data: Float32Array.of(timestep) },
  });
  // The prelude of the timestep, which is quick, does not say how long the rest takes.
  const running = stage.run(at(1)).then(
    () => 'ran to its end',
    (thrown: Error) => thrown.name,
  );
  setTimeout(() => stop.abort());
  assert.is(await running, 'AbortError');
});

test('all that it will take is known before there is any memory', async () => {
  const { layout } = assemble(network, one.numbers, 1);
  const stage = await open();
  assert.is(stage.heapBytes, Math.ceil(layout.bytes / 65_536) * 65_536);
});

test('at first timesteps it is as if care were taken everywhere, else as if nowhere, whichever call came before; weights are there once', async () => {
  const eight = await nodeThreads({ threads: 1, form: 'words', numbers: wordsOf(255) });
  const { signal } = new AbortController();
  const opened = (how: Pick<Network, 'precise' | 'first'>) =>
    openInt8Stage({ ...network, ...how }, weightsInMemory(made.bytes), eight, signal);
  const first = { timestep: 500, timesteps: 3, precise: () => true };
  const [plain, careful] = [await opened({}), await opened({ precise: () => true })];
  const both = await opened({ first });
  // Prompts and timesteps take turns: what is kept of each belongs to its own way.
  const calls = [
    [1, 900],
    [1, 499],
    [2, 500],
    [2, 499],
    [1, 900],
    [1, 10],
  ] as const;
  for (const [prompt, timestep] of calls) {
    const asked = inputs(prompt, timestep);
    const [found, expected, other] = [
      await both.run(asked),
      await (timestep < 500 ? plain : careful).run(asked),
      await (timestep < 500 ? careful : plain).run(asked),
    ].map(({ noise }) => noise!.data);
    assert.equal(found, expected, `prompt ${prompt} at ${timestep}`);
    assert.not.equal(found, other, `prompt ${prompt} at ${timestep}`);
  }
  const { layout, instructions, usual } = assemble({ ...network, first }, eight.numbers, 1);
  assert.is(layout.weightBytes, assemble(network, eight.numbers, 1).layout.weightBytes);
  assert.is(instructions.length, 2 * usual.end);
  for (const stage of [plain, careful, both]) await stage.close();
});

test('where numbers are of sixteen bits, or no timestep comes in, there is one way', () => {
  const first = { timestep: 500, timesteps: 3, precise: () => true };
  const untimed = (net: Layers): void => net.output('y', net.linear('o', net.input('x', 'float32', [1, 5, 16]), 16));
  assert.is(assemble({ ...network, first }, WORDS, 1).first, undefined);
  assert.is(assemble({ ...network, describe: untimed, first }, wordsOf(255), 1).first, undefined);
  assert.ok(assemble({ ...network, first }, bytesOf(127, 0), 1).first);
});

test('a memory larger than there can be is a coded error', async () => {
  await one.gather('unet', 2 ** 34).then(
    () => assert.unreachable(),
    (error) => {
      assert.is(error.code, 'out-of-memory');
      assert.is(error.argument, 'unet');
      assert.match(error.expected, '17179869184 bytes');
    },
  );
});

test('a tensor that is not there is a coded error that names it', async () => {
  const { tensors } = made;
  const lacking = { ...network, tensors: tensors.filter(({ name }) => name !== 'o.weight') };
  await openInt8Stage(lacking, weightsInMemory(made.bytes), one, new AbortController().signal).then(
    () => assert.unreachable(),
    (error) => {
      assert.is(error.code, 'bad-model');
      assert.is(error.argument, 'little: o.weight');
    },
  );
});

for (const form of ['int8', 'int4'] as const) {
  test(`${form}: weights may be read into one buffer after another’s`, async () => {
    const describe = (net: Layers): void => net.output('y', net.linear('l', net.input('x', 'float32', [1, 5, 64]), 32));
    const parameters: Parameter[] = [];
    describe(listing(parameters));
    const tensors = planTensors(parameters, () => 'F32', form);
    const numbers = parameters.map(({ name, shape }, seed) => [
      name,
      { shape, data: input(shape, seed, 1).data as Float32Array },
    ]);
    const file = await packedFile(tensors, Object.fromEntries(numbers));
    const shared = new Uint8Array(file.length);
    const scribbling: StageWeights = {
      ...weightsInMemory(file),
      read(begin, end) {
        shared.fill(0xff);
        shared.set(file.subarray(begin, end));
        return shared.subarray(0, end - begin);
      },
    };
    const on = async (weights: StageWeights): Promise<Tensors> => {
      const stage = await openInt8Stage({ name: 'l', describe, tensors }, weights, one, new AbortController().signal);
      const made = await stage.run({ x: input([1, 5, 64], 9) });
      await stage.close();
      return made;
    };
    assert.equal(await on(scribbling), await on(weightsInMemory(file)));
  });
}

test.run();
