/** WebGPU in the page with a small random model: every operation, in a minute of a GPU in software. */
import { join } from 'node:path';
import { test } from 'uvu';
import { bundle } from '../../build/bundle';
import { scratchFolder, writeRandomModel } from './enginePage';
import { drawsAsTheCpu } from './webgpu';

const FOLDER = 'dist/spec-webgpu';

let scratch: Awaited<ReturnType<typeof scratchFolder>>;
let model: string;
test.before(async () => {
  scratch = await scratchFolder();
  model = await writeRandomModel(join(scratch.path, 'random-a'), 'A');
  await bundle(FOLDER, model);
});
test.after(() => scratch.remove());

test('WebGPU, where there is an adapter, draws the picture of the CPU', () =>
  drawsAsTheCpu(FOLDER, { steps: 1, size: [64, 64] }, '--model', model));

test.run();
