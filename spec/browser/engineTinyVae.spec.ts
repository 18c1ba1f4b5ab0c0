/** The demo model's tiny VAE in the page's own engine: the command's picture, with previews on the way, fetched when it is wanted. */
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundle } from '../../build/bundle';
import { commandPicture, draw, PATIENCE, ready, same, scratchFolder, writeRandomModel } from './enginePage';
import { byId, fill } from './page';
import { press, unfold } from './shelfPage';

const FOLDER = 'dist/spec-engine-tiny-vae';
const FEW = { steps: 4 };

let scratch: Awaited<ReturnType<typeof scratchFolder>>;
let demo: string;
test.before(async () => {
  scratch = await scratchFolder();
  demo = await writeRandomModel(join(scratch.path, 'random-b'), 'B');
  await bundle(FOLDER, demo);
});
test.after(() => scratch.remove());

test('it decodes what the command decodes with it, after previews of the picture', () =>
  ready(FOLDER, async ({ page, requests }) => {
    await fill(page, 'steps', '4');
    await unfold(page, 'tiny-vae-options');
    await page.waitForSelector(byId('decoder-tiny'), PATIENCE);
    assert.not(requests.some((path) => path.includes('tiny_vae')));
    await press(page, 'decoder-tiny');
    await press(page, 'previews-on');
    const preview = page.waitForSelector(byId('preview'), PATIENCE);
    const pixels = await draw(page, FEW);
    assert.ok(await preview);
    same(pixels, await commandPicture(FEW, '--model', demo, '--tiny-vae', 'demo'));
    assert.ok(requests.some((path) => path.endsWith('tiny_vae/diffusion_pytorch_model.safetensors')));
  }));

test.run();
