/**
 * A model made for inpainting, whose UNet sees nine channels, and the picture that it draws into, as `spec/vectors/recipes/inpainting.py` has
 * them: random model A with five channels more. Nothing of it is stored but diffusers' pictures.
 */
import { readFile } from 'node:fs/promises';
import { type Checkpoint, openDiffusersFolder } from '../models/checkpoint';
import { pickedFolder } from '../models/folder.picked';
import type { FidelityCase } from './fidelity';
import { modelFiles, type Recipe } from './randomModel';
import { wavePicture } from './wavePicture';

const UNET = 'unet/config.json';

export async function inpaintingCheckpoint(root: string): Promise<Checkpoint> {
  const { A: recipe } = JSON.parse(await readFile(`${root}/spec/models/randomModels.json`, 'utf8')) as { A: Recipe };
  const configs = { ...recipe.configs, [UNET]: { ...recipe.configs[UNET], in_channels: 9 } };
  const files = await modelFiles('inpaint', { ...recipe, configs }, root);
  const picked = [...files].map(([path, bytes]) => ({ path, file: new Blob([Uint8Array.from(bytes)]) }));
  return openDiffusersFolder(pickedFolder(picked, 'inpaint'));
}

/** A recorded case as one of the table's: its name there begins with its sampler's, as all do, and says what drew it. */
export const ofNineChannels = <Case extends Pick<FidelityCase, 'name' | 'scheduler'>>(recorded: Case) => ({
  ...recorded,
  name: `${recorded.scheduler}-nine${recorded.name.slice(recorded.scheduler.length)}`,
  reference: recorded.name,
});

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Left, top, right, bottom, pixels. */
export type Box = readonly [number, number, number, number];

/** White in `box`, as RGB. */
export function boxMask([left, top, right, bottom]: Box, { width, height }: Size) {
  const pixels = Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return x >= left && x < right && y >= top && y < bottom ? 255 : 0;
  });
  return { width, height, pixels };
}

export const drawnInto = ({ width, height }: Size) => ({
  ...{ width, height },
  pixels: wavePicture(width, height),
});
