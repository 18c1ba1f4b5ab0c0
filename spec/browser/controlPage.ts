/** The page's panel of what steers a picture, as the specs of ControlNets and of IP-Adapters drive it: files made up, what is shown there. */
import { writeFile } from 'node:fs/promises';
import type { Page } from 'puppeteer-core';
import { pngBytes } from '../../workers/cli/png';
import { byId } from './page';
import { file, waitFor } from './shelfPage';

/** A tensor of zeros: its name and shape are all that is looked at. */
export const part = (name: string, ...shape: number[]) => ({
  ...({ name, dtype: 'F32', shape } as const),
  data: new Uint8Array(4 * shape.reduce((product, size) => product * size, 1)),
});

/** A file by this name that goes with the spec; its path. */
export async function place(name: string, bytes: Uint8Array | string): Promise<string> {
  const path = await file(name);
  await writeFile(path, bytes);
  return path;
}

/** A picture of one gray. */
export const gray = (name: string, value: number, width = 16, height = 16): Promise<string> =>
  place(name, pngBytes({ width, height, pixels: new Uint8Array(3 * width * height).fill(value) }));

/** So many models are kept, ControlNets, adapters and what sees for them. */
export const kept = (number: number): string =>
  `document.querySelectorAll('${byId('kept-control')}').length === ${number}`;

export const focused = (page: Page, id: string) => waitFor(page, `document.activeElement.dataset.testid === '${id}'`);

/** Of all by `id`, what stands under `from`. */
export const all = (page: Page, id: string, from: string): Promise<unknown> =>
  page.evaluate(`[...document.querySelectorAll('${byId(id)}')].map((each) => each.${from})`);
