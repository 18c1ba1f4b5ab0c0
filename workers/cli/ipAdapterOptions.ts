/** IP-Adapters of `npm run generate`: files, what sees for them, and pictures to draw like. */
import { dirname, join } from 'node:path';
import { badArgument, numberWord } from '../../models/commandLine.node';
import { type ImageEncoder, openImageEncoder } from '../../models/ipAdapter/openImageEncoder';
import { type IpAdapter, openIpAdapter } from '../../models/ipAdapter/openIpAdapter';
import { diskFile, fromCaller, isFolder, openAt, weighedFile } from '../../models/openDisk.node';
import { lastPart } from '../../models/stem';
import type { ChosenIpAdapter, IpAdapterRequest } from '../api';
import type { Part } from '../countsIn';
import { CodedError } from '../errors';
import type { SeeingAdapter } from '../imagePrompting';
import { given } from './given';
import { readImage } from './images';

export const IP_ADAPTER_USAGE = `\
  --ip-adapter FILE[:SCALE]  an IP-Adapter, by which pictures say what is drawn, by default with scale 1; several times for several
  --ip-image FILE          a picture to draw like, PNG, JPEG or WebP; several for one --ip-adapter, or one for each in turn
  --ip-mask FILE           where such a picture counts: where this is white, nowhere where it is black; one for each --ip-image
  --ip-start X, --ip-end X  in which part of the calls it counts, 0 to 1; one for all or one for each (default: 0, 1)
  --ip-encoder PATH        what sees it: a CLIP vision model, its folder or file (default: the folder image_encoder beside the
                           first --ip-adapter)`;

const text = { type: 'string' } as const;
const several = { ...text, multiple: true } as const;
export const IP_ADAPTER_OPTIONS = {
  'ip-adapter': several,
  'ip-image': several,
  'ip-mask': several,
  'ip-start': several,
  'ip-end': several,
  'ip-encoder': text,
} as const;

interface Words {
  readonly 'ip-adapter'?: readonly string[] | undefined;
  readonly 'ip-image'?: readonly string[] | undefined;
  readonly 'ip-mask'?: readonly string[] | undefined;
  readonly 'ip-start'?: readonly string[] | undefined;
  readonly 'ip-end'?: readonly string[] | undefined;
  readonly 'ip-encoder'?: string | undefined;
}

/** What is given of them, nothing opened yet. */
export interface IpAdapterWords {
  readonly adapters: readonly (Part & {
    readonly path: string;
    readonly scale: number;
    readonly images: readonly string[];
    readonly masks?: readonly string[];
  })[];
  /** Where nobody says, it stands beside the first of them. */
  readonly encoder: string | undefined;
}

export function ipAdapterWords(words: Words): IpAdapterWords {
  const { 'ip-adapter': adapters = [], 'ip-image': images = [], 'ip-mask': masks = [], 'ip-encoder': encoder } = words;
  const files = adapters.map((word) => weighedFile('--ip-adapter', word));
  if (images.includes('')) throw badArgument('--ip-image', 'FILE', '');
  if (masks.includes('')) throw badArgument('--ip-mask', 'FILE', '');
  if (encoder === '') throw badArgument('--ip-encoder', 'PATH', '');
  for (const [option, given] of [
    ['--ip-image', images[0]],
    ['--ip-mask', masks[0]],
    ['--ip-start', words['ip-start']?.[0]],
    ['--ip-end', words['ip-end']?.[0]],
    ['--ip-encoder', encoder],
  ] as const)
    if (given !== undefined && files.length === 0)
      throw badArgument('--ip-adapter', `FILE where ${option} is given`, 'none');
  const [, second] = files;
  if (second ? images.length !== files.length : files.length > images.length) {
    const expected = second ? `${files.length}, one for each --ip-adapter` : 'one at least for --ip-adapter';
    throw badArgument('--ip-image', expected, `${images.length}`);
  }
  if (masks.length > 0 && masks.length !== images.length)
    throw badArgument('--ip-mask', `none, or ${images.length}, one for each --ip-image`, `${masks.length}`);
  const each = (option: 'ip-start' | 'ip-end'): (number | undefined)[] => {
    const said = (words[option] ?? []).map((word) => numberWord(`--${option}`, word)!);
    if (said.length > 1 && said.length !== files.length)
      throw badArgument(`--${option}`, `one, or ${files.length}, one for each --ip-adapter`, `${said.length}`);
    return files.map((_, i) => said[i] ?? said[0]);
  };
  const [starts, ends] = [each('ip-start'), each('ip-end')];
  return {
    adapters: files.map(({ path, weight }, i) => ({
      ...{ path, scale: weight, images: second ? [images[i]!] : images },
      ...given({ start: starts[i], end: ends[i] }),
      ...(masks.length > 0 ? { masks: second ? [masks[i]!] : masks } : {}),
    })),
    encoder: encoder === undefined ? undefined : fromCaller(encoder),
  };
}

/** IP-Adapters, opened, and what is asked of them. Rejects as `openIpAdapter`, `openImageEncoder` and `readImage` do. */
export async function ipAdaptersOf({ adapters, encoder }: IpAdapterWords): Promise<{
  readonly opened: readonly SeeingAdapter[];
  readonly request: IpAdapterRequest;
}> {
  const [first] = adapters;
  if (!first) return { opened: [], request: {} };
  const chosen: ChosenIpAdapter[] = [];
  const opened: IpAdapter[] = [];
  for (const { path, images, masks, ...how } of adapters) {
    const pictures = await Promise.all(images.map(readImage));
    const places = masks && { masks: await Promise.all(masks.map(readImage)), maskNames: masks.map(lastPart) };
    const adapter = await openIpAdapter(await diskFile(path));
    opened.push(adapter);
    const imageNames = images.map(lastPart);
    chosen.push({ ...how, name: adapter.name, imageNames, images: pictures, ...places });
  }
  const seeing = await encoderAt(encoder ?? join(dirname(first.path), 'image_encoder'), encoder !== undefined);
  return {
    opened: opened.map((adapter) => ({ adapter, encoder: seeing })),
    request: { ipAdapters: chosen },
  };
}

async function encoderAt(path: string, said: boolean): Promise<ImageEncoder> {
  await isFolder(path).catch((thrown: unknown) => {
    if (said || !(thrown instanceof CodedError)) throw thrown;
    throw badArgument('--ip-encoder', 'PATH, where no folder image_encoder stands beside the IP-Adapter', 'none');
  });
  return openAt(path, openImageEncoder);
}
