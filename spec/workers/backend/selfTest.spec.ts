import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Backend } from '../../../workers/backend/backend';
import { nodeInt8Backend } from '../../../workers/backend/int8/int8.node';
import { nodeWasmBackend } from '../../../workers/backend/ort.node';
import { EXPECTED, STRIDE, selfTest, selfTestOutput } from '../../../workers/backend/selfTest';

const plain = nodeWasmBackend({ graphOptimizationLevel: 'disabled' });

test('the stored numbers are what the CPU computes, with optimizations and without', async () => {
  const output = await selfTestOutput(plain);
  const sampled = Array.from(
    output.filter((_, i) => i % STRIDE === 0),
    (value) => Number(value.toFixed(5)),
  );
  assert.equal(EXPECTED, sampled);
  assert.ok(await selfTest(nodeWasmBackend()));
});

for (const form of ['words', undefined] as const) {
  test(`our own kernels pass it: ${form ?? 'the best form of this machine'}`, async () => {
    assert.ok(await selfTest(await nodeInt8Backend({ threads: 1, ...(form ? { form } : {}) })));
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

test.run();
