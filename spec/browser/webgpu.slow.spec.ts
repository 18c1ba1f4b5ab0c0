/** WebGPU in the page with the demo model, which takes a GPU in software minutes. */
import { test } from 'uvu';
import { bundle } from '../../build/bundle';
import { drawsAsTheCpu } from './webgpu';

const FOLDER = 'dist/spec-webgpu-demo';

test.before(() => bundle(FOLDER));

test('WebGPU, where there is an adapter, draws the demo model’s picture as the CPU does', () =>
  drawsAsTheCpu(FOLDER, { steps: 2, size: [64, 72] }));

test.run();
