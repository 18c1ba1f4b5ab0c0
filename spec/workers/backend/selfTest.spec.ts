import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { notFetched } from '../../../models/later';
import type { Backend, Stage } from '../../../workers/backend/backend';
import { nodeInt8Backend } from '../../../workers/backend/int8/int8.node';
import { wordsOf } from '../../../workers/backend/int8/numbers';
import { nodeWasmBackend } from '../../../workers/backend/ort.node';
import { EXPECTED, STRIDE, selfTest, selfTestOutputs } from '../../../workers/backend/selfTest';
import type { Tensor } from '../../../workers/tensor';

const plain = nodeWasmBackend({ graphOptimizationLevel: 'disabled' });

test('the stored numbers are what the CPU computes, with optimizations and without', async () => {
  const sampled = (await selfTestOutputs(plain)).map((output) =>
    Array.from(
      output.filter((_, i) => i % STRIDE === 0),
      (value) => Number(value.toFixed(5)),
    ),
  );
  assert.equal(
    EXPECTED.map(([, numbers]) => numbers),
    sampled,
  );
  assert.ok(await selfTest(nodeWasmBackend()));
});

for (const form of ['words', undefined] as const) {
  test(`our own kernels pass it: ${form ?? 'the best form of this machine'}`, async () => {
    assert.ok(await selfTest(await nodeInt8Backend({ threads: 1, ...(form ? { form } : {}) })));
  });
}

for (const [form, levels] of [
  ['words', undefined],
  ['bytes', 255],
  ['bytes', 127],
] as const) {
  test(`with activations in ${form}, ${levels ?? 'all'} levels, it is passed with room to spare, and failed by what is a tenth off`, async () => {
    const numbers = levels ? { numbers: wordsOf(levels) } : {};
    const kernels = await nodeInt8Backend({ threads: 1, form: 'words', ...numbers });
    const distorted = (factor: number): Backend => ({
      ...kernels,
      numbers: form,
      async open(file, signal) {
        const stage = await kernels.open(file, signal);
        const run: Stage['run'] = async (inputs) => {
          const { noise } = await stage.run(inputs);
          return { noise: { ...noise!, data: (noise!.data as Float32Array).map((value) => factor * value) } as Tensor };
        };
        return { ...stage, run };
      },
    });
    assert.ok(await selfTest(distorted(1)));
    assert.ok(await selfTest(distorted(form === 'words' ? 1.002 : 1.01)));
    assert.not(await selfTest(distorted(form === 'words' ? 1.02 : 1.1)));
  });
}

test('a backend that is wrong by a hundredth fails, and so does one that cannot run', async () => {
  const distorted = (change: (data: Float32Array) => Float32Array): Backend => ({
    ...plain,
    async open(file, signal) {
      const stage = await plain.open(file, signal);
      return {
        run: async (inputs) => {
          const { noise } = await stage.run(inputs);
          return { noise: { type: 'float32', shape: noise!.shape, data: change(noise!.data as Float32Array) } };
        },
        close: () => stage.close(),
      };
    },
  });
  assert.ok(await selfTest(distorted((data) => data)));
  assert.not(await selfTest(distorted((data) => data.map((value) => value * 1.01))));
  assert.not(await selfTest(distorted((data) => data.fill(0))));
  assert.not(await selfTest(distorted((data) => data.fill(Number.NaN))));
  assert.not(await selfTest({ ...plain, open: () => Promise.reject(new Error('no device')) }));
});

test('a part that did not arrive proves nothing against a backend, and is said as such', async () => {
  const lacking: Backend = { ...plain, open: () => Promise.reject(notFetched(new Error('404'))) };
  await selfTest(lacking).then(
    () => assert.unreachable(),
    (error) => assert.is(error.message, 'download-failed: program: expected to be fetched, got 404'),
  );
});

test.run();
