/** ControlNets of `npm run generate`: files, a picture for each, and when they count. */
import { badArgument, numberWord } from '../../models/commandLine.node';
import { type ControlNet, openControlNet } from '../../models/control/openControlNet';
import { diskFolder } from '../../models/folder.node';
import { diskFile, isFolder, weighedFile } from '../../models/openDisk.node';
import type { ChosenControl, ControlRequest } from '../api';
import { readImage } from './images';

export const CONTROL_USAGE = `\
  --control FILE[:WEIGHT]  a ControlNet (diffusers' folder or file, or one for stable-diffusion-webui) to steer with, by default
                           with weight 1; several times for several
  --control-image FILE.png what it follows: edges, depths, a pose …, one for each --control in turn
  --control-start X        from which part of the calls on, 0 to 1; one for all or one for each (default: 0)
  --control-end X          until which (default: 1)
  --control-guess          steer only what the prompt alone predicts, the less the finer (diffusers' guess_mode)`;

const text = { type: 'string' } as const;
const several = { ...text, multiple: true } as const;
export const CONTROL_OPTIONS = {
  ...{ control: several, 'control-image': several, 'control-start': several, 'control-end': several },
  'control-guess': { type: 'boolean' },
} as const;

interface Words {
  readonly control?: readonly string[] | undefined;
  readonly 'control-image'?: readonly string[] | undefined;
  readonly 'control-start'?: readonly string[] | undefined;
  readonly 'control-end'?: readonly string[] | undefined;
  readonly 'control-guess'?: boolean | undefined;
}

/** What is given of them, nothing opened yet. */
export interface ControlWords {
  readonly controls: readonly (Omit<ChosenControl, 'image' | 'name'> & {
    readonly path: string;
    readonly image: string;
  })[];
  readonly guess: boolean;
}

export function controlWords(words: Words): ControlWords {
  const { control = [], 'control-image': images = [], 'control-guess': guess = false } = words;
  const files = control.map((word) => weighedFile('--control', word));
  if (images.includes('')) throw badArgument('--control-image', 'FILE.png', '');
  if (images.length !== files.length)
    throw badArgument('--control-image', `${files.length}, one for each --control`, `${images.length}`);
  if (guess && files.length === 0) throw badArgument('--control', 'FILE where --control-guess is given', 'none');
  const [starts, ends] = (['control-start', 'control-end'] as const).map((option) => {
    const given = (words[option] ?? []).map((word) => numberWord(`--${option}`, word)!);
    if (given.length > 1 && given.length !== files.length)
      throw badArgument(`--${option}`, `one, or ${files.length}, one for each --control`, `${given.length}`);
    if (given.length > 0 && files.length === 0)
      throw badArgument('--control', `FILE where --${option} is given`, 'none');
    return files.map((_, i) => given[i] ?? given[0]);
  }) as [(number | undefined)[], (number | undefined)[]];
  const controls = files.map(({ path, weight }, i) => ({
    ...{ path, weight, image: images[i]! },
    ...(starts[i] === undefined ? {} : { start: starts[i] }),
    ...(ends[i] === undefined ? {} : { end: ends[i] }),
  }));
  return { controls, guess };
}

/** ControlNets, opened, and what is asked of them. Rejects as `openControlNet` and `readImage` do. */
export async function controlsOf({ controls, guess }: ControlWords): Promise<{
  readonly opened: readonly ControlNet[];
  readonly request: ControlRequest;
}> {
  if (controls.length === 0) return { opened: [], request: {} };
  const chosen: ChosenControl[] = [];
  const opened: ControlNet[] = [];
  for (const { path, image, ...how } of controls) {
    const picture = await readImage(image);
    const control = await openControlNet((await isFolder(path)) ? await diskFolder(path) : await diskFile(path));
    opened.push(control);
    chosen.push({ ...how, name: control.name, image: picture });
  }
  return { opened, request: { controls: chosen, ...(guess ? { controlGuess: true } : {}) } };
}
