/** The page drawing on a GPU in software: WebGPU as it is, without a graphics card. */
import * as assert from 'uvu/assert';
import { commandPicture, type Drawn, draw, PATIENCE, ready, same, textOf } from './enginePage';
import { byId } from './page';

const SWIFTSHADER = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

/** What takes a graphics card a second takes it minutes. */
const GPU_PATIENCE = { timeout: 400_000 };

/** Draws in the page in `folder` and by the command, which is given `model` too: the same picture. */
export const drawsAsTheCpu = (
  folder: string,
  drawn: Drawn & { readonly size: readonly [number, number] },
  ...model: readonly string[]
): Promise<void> =>
  ready(
    folder,
    async ({ page }) => {
      await page.waitForSelector(`${byId('backend-webgpu')}:enabled`, PATIENCE);
      assert.match(await textOf(page, 'why-webgpu'), /^GPU: imitated by the CPU/);
      await page.evaluate(`document.querySelector('${byId('backend-webgpu')}').click()`);
      const pixels = await draw(page, drawn, GPU_PATIENCE);
      assert.match(await textOf(page, 'facts'), new RegExp(`^${drawn.size.join(' × ')} .* on the GPU$`));
      same(pixels, await commandPicture(drawn, ...model));
    },
    { flags: SWIFTSHADER },
  );
