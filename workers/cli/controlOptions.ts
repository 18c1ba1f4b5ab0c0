/** ControlNets of `npm run generate`: files, a picture for each, and when they count. */
import { badArgument, numberWord } from '../../models/commandLine.node';
import { openSteerer, type Steerer } from '../../models/control/openSteerer';
import { openAt, weighedFile } from '../../models/openDisk.node';
import { lastPart } from '../../models/stem';
import type { ChosenControl, ControlPreprocess, ControlRequest } from '../api';
import { CANNY_THRESHOLDS } from '../pictureFile/canny';
import { given } from './given';
import { readImage } from './images';

export const CONTROL_USAGE = `\
  --control FILE[:WEIGHT]  a ControlNet or T2I-adapter (diffusers' folder or file, or one under the original names), by default
                           with weight 1; several times for several
  --control-image FILE     what it follows: edges, depths, a pose …: PNG, JPEG or WebP, one for each --control in turn
  --control-preprocess HOW canny, or canny:LOW,HIGH: the edges of that picture; invert: its negative; color: its colors,
                           one for each square of about 64 pixels; none; one for all or one for each (default: none)
  --control-start X        from which part of the calls on, 0 to 1; one for all or one for each (default: 0)
  --control-end X          until which (default: 1)
  --control-guess          steer only what the prompt alone predicts, the less the finer (diffusers' guess_mode)`;

const text = { type: 'string' } as const;
const several = { ...text, multiple: true } as const;
export const CONTROL_OPTIONS = {
  ...{
    control: several,
    'control-image': several,
    'control-preprocess': several,
    'control-start': several,
    'control-end': several,
  },
  'control-guess': { type: 'boolean' },
} as const;

interface Words {
  readonly control?: readonly string[] | undefined;
  readonly 'control-image'?: readonly string[] | undefined;
  readonly 'control-preprocess'?: readonly string[] | undefined;
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
  if (images.includes('')) throw badArgument('--control-image', 'FILE', '');
  if (images.length !== files.length)
    throw badArgument('--control-image', `${files.length}, one for each --control`, `${images.length}`);
  if (guess && files.length === 0) throw badArgument('--control', 'FILE where --control-guess is given', 'none');
  const each = <Value>(option: EachOption, read: (word: string) => Value) => {
    const said = (words[option] ?? []).map(read);
    if (said.length > 1 && said.length !== files.length)
      throw badArgument(`--${option}`, `one, or ${files.length}, one for each --control`, `${said.length}`);
    if (said.length > 0 && files.length === 0)
      throw badArgument('--control', `FILE where --${option} is given`, 'none');
    return files.map((_, i) => said[i] ?? said[0]);
  };
  const number = (option: string) => (word: string) => numberWord(option, word)!;
  const preprocess = each('control-preprocess', preprocessWord);
  const starts = each('control-start', number('--control-start'));
  const ends = each('control-end', number('--control-end'));
  const controls = files.map(({ path, weight }, i) => ({
    ...{ path, weight, image: images[i]! },
    ...given({ preprocess: preprocess[i] ?? undefined, start: starts[i], end: ends[i] }),
  }));
  return { controls, guess };
}

type EachOption = 'control-preprocess' | 'control-start' | 'control-end';

/** `null`: the picture as it is. */
function preprocessWord(word: string): ControlPreprocess | null {
  if (word === 'none') return null;
  if (word === 'invert' || word === 'color') return { type: word };
  if (word === 'canny') return { type: 'canny', ...CANNY_THRESHOLDS };
  const [, low, high] = /^canny:(\d+(?:\.\d+)?),(\d+(?:\.\d+)?)$/.exec(word) ?? [];
  if (low === undefined || Number(low) > Number(high))
    throw badArgument('--control-preprocess', 'canny, canny:LOW,HIGH, invert, color or none', word);
  return { type: 'canny', low: Number(low), high: Number(high) };
}

/** ControlNets, opened, and what is asked of them. Rejects as `openSteerer` and `readImage` do. */
export async function controlsOf({ controls, guess }: ControlWords): Promise<{
  readonly opened: readonly Steerer[];
  readonly request: ControlRequest;
}> {
  if (controls.length === 0) return { opened: [], request: {} };
  const chosen: ChosenControl[] = [];
  const opened: Steerer[] = [];
  for (const { path, image: file, ...how } of controls) {
    const image = await readImage(file);
    const control = await openAt(path, openSteerer);
    opened.push(control);
    chosen.push({ ...how, name: control.name, imageName: lastPart(file), image });
  }
  return { opened, request: { controls: chosen, ...(guess ? { controlGuess: true } : {}) } };
}
