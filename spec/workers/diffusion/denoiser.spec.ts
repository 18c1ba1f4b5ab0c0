import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { epsilonDenoiser, modelSample, vDenoiser } from '../../../workers/diffusion/denoiser';
import type { Latents } from '../../../workers/diffusion/latents';

const latents = (...values: number[]): Latents => ({
  shape: [1, 1, 1, values.length],
  data: Float32Array.from(values),
});

test('a network that knows the noise denoises exactly, whatever the noise level', async () => {
  const picture = [0.5, -2];
  const noise = [1.25, 0.75];
  for (const sigma of [0.03, 1, 14]) {
    const x = latents(...picture.map((value, i) => value + sigma * noise[i]!));
    const denoised = await epsilonDenoiser(async () => latents(...noise))(x, sigma, 7);
    picture.forEach((value, i) => {
      // x is rounded to float32: at sigma 14, by up to 1e-6.
      assert.ok(Math.abs(denoised.data[i]! - value) < 2e-6, `sigma ${sigma}`);
    });
  }
});

test('a network that knows v denoises as exactly', async () => {
  const picture = [0.5, -2];
  const noise = [1.25, 0.75];
  for (const sigma of [0.03, 1, 14]) {
    const x = latents(...picture.map((value, i) => value + sigma * noise[i]!));
    const total = Math.hypot(sigma, 1);
    // v = α ε - σ x0 with α = 1 / total and σ = sigma / total.
    const v = latents(...picture.map((value, i) => (noise[i]! - sigma * value) / total));
    const denoised = await vDenoiser(async () => v)(x, sigma, 7);
    picture.forEach((value, i) => {
      assert.ok(Math.abs(denoised.data[i]! - value) < 2e-6, `sigma ${sigma}: ${denoised.data[i]}`);
    });
  }
});

test('the network sees the variance-preserving sample and the timestep', async () => {
  // sigma 0.75: x / sqrt(0.5625 + 1) = x / 1.25
  const seen: unknown[] = [];
  await epsilonDenoiser(async (sample, timestep) => {
    seen.push([...sample.data], timestep);
    return sample;
  })(latents(1.25, -5), 0.75, 499.5);
  assert.equal(seen, [[1, -4], 499.5]);
  assert.equal(modelSample(latents(3), 0), latents(3));
});

test.run();
