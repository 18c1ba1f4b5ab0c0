/** IP-Adapters, what sees for them, and pictures to draw like, as the page's specs give them. */
import { dirname } from 'node:path';
import type { Page } from 'puppeteer-core';
import { eyeConfig, eyeFile } from '../../build/fidelityIpAdapter';
import { encodeSafetensors } from '../../models/safetensorsWriter';
import { kept, part, place } from './controlPage';
import { byId } from './page';
import { unfold, upload, waitFor } from './shelfPage';

/** What its names and shapes show: one that sees a picture as a whole, `sees` wide, for cross-attentions `width` wide. */
export const adapter = (sees = 40, width = 4): Uint8Array =>
  encodeSafetensors([part('image_proj.proj.weight', 4 * width, sees), part('ip_adapter.1.to_k_ip.weight', 8, width)]);

/** A folder with an image encoder, `mark` in its last byte. */
export async function eyeFolder(name: string, mark = 0): Promise<string> {
  const bytes = eyeFile();
  bytes[bytes.length - 1] = mark;
  await place(`${name}/config.json`, JSON.stringify(eyeConfig()));
  return dirname(await place(`${name}/model.safetensors`, bytes));
}

export const given = (number: number): string =>
  `document.querySelectorAll('${byId('control-given')}').length === ${number}`;

/** The panel unfolded, with an IP-Adapter. */
export async function opened(page: Page): Promise<void> {
  await page.evaluate('delete window.showOpenFilePicker; delete window.showDirectoryPicker');
  await page.type(byId('prompt'), 'echo');
  await unfold(page, 'controls');
  await upload(page, 'first-control', await place('plain.safetensors', adapter()));
  await waitFor(page, kept(1));
}

/** The same that sees, and is shown `pictures`. */
export async function seeing(page: Page, ...pictures: readonly string[]): Promise<void> {
  await opened(page);
  await upload(page, 'add-encoder-folder', await eyeFolder('image_encoder'));
  await waitFor(page, kept(2));
  for (const [i, picture] of pictures.entries()) {
    await upload(page, 'control-file', picture);
    await waitFor(page, given(i + 1));
  }
}
