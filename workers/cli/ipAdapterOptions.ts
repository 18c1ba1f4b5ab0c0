/** IP-Adapters of `npm run generate`: files, what sees for them, and pictures to draw like. */
import { dirname, join } from 'node:path';
import { badArgument } from '../../models/commandLine.node';
import { diskFolder } from '../../models/folder.node';
import { type ImageEncoder, openImageEncoder } from '../../models/ipAdapter/openImageEncoder';
import { type IpAdapter, openIpAdapter } from '../../models/ipAdapter/openIpAdapter';
import { diskFile, fromCaller, isFolder, weighedFile } from '../../models/openDisk.node';
import type { ChosenIpAdapter, IpAdapterRequest } from '../api';
import { CodedError } from '../errors';
import { readImage } from './images';

export const IP_ADAPTER_USAGE = `\
  --ip-adapter FILE[:SCALE]  an IP-Adapter, by which pictures say what is drawn, by default with scale 1; several times for several
  --ip-image FILE          a picture to draw like, PNG, JPEG or WebP; several for one --ip-adapter, or one for each in turn
  --ip-encoder PATH        what sees it: a CLIP vision model, its folder or file (default: the folder image_encoder beside the
                           first --ip-adapter)`;

const text = { type: 'string' } as const;
const several = { ...text, multiple: true } as const;
export const IP_ADAPTER_OPTIONS = { 'ip-adapter': several, 'ip-image': several, 'ip-encoder': text } as const;

interface Words {
  readonly 'ip-adapter'?: readonly string[] | undefined;
  readonly 'ip-image'?: readonly string[] | undefined;
  readonly 'ip-encoder'?: string | undefined;
}

/** What is given of them, nothing opened yet. */
export interface IpAdapterWords {
  readonly adapters: readonly {
    readonly path: string;
    readonly scale: number;
    readonly images: readonly string[];
  }[];
  /** Where nobody says, it stands beside the first of them. */
  readonly encoder: string | undefined;
}

export function ipAdapterWords(words: Words): IpAdapterWords {
  const { 'ip-adapter': adapters = [], 'ip-image': images = [], 'ip-encoder': encoder } = words;
  const files = adapters.map((word) => weighedFile('--ip-adapter', word));
  if (images.includes('')) throw badArgument('--ip-image', 'FILE', '');
  if (encoder === '') throw badArgument('--ip-encoder', 'PATH', '');
  for (const [option, given] of [
    ['--ip-image', images[0]],
    ['--ip-encoder', encoder],
  ] as const)
    if (given !== undefined && files.length === 0)
      throw badArgument('--ip-adapter', `FILE where ${option} is given`, 'none');
  const [, second] = files;
  if (second ? images.length !== files.length : files.length > images.length) {
    const expected = second ? `${files.length}, one for each --ip-adapter` : 'one at least for --ip-adapter';
    throw badArgument('--ip-image', expected, `${images.length}`);
  }
  return {
    adapters: files.map(({ path, weight }, i) => ({ path, scale: weight, images: second ? [images[i]!] : images })),
    encoder: encoder === undefined ? undefined : fromCaller(encoder),
  };
}

/** What is open of them. */
export interface OpenedIpAdapters {
  readonly encoder: ImageEncoder;
  readonly adapters: readonly IpAdapter[];
}

/** IP-Adapters, opened, and what is asked of them. Rejects as `openIpAdapter`, `openImageEncoder` and `readImage` do. */
export async function ipAdaptersOf({ adapters, encoder }: IpAdapterWords): Promise<{
  readonly opened?: OpenedIpAdapters;
  readonly request: IpAdapterRequest;
}> {
  const [first] = adapters;
  if (!first) return { request: {} };
  const chosen: ChosenIpAdapter[] = [];
  const opened: IpAdapter[] = [];
  for (const { path, scale, images } of adapters) {
    const pictures = await Promise.all(images.map(readImage));
    const adapter = await openIpAdapter(await diskFile(path));
    opened.push(adapter);
    chosen.push({ name: adapter.name, scale, images: pictures });
  }
  const seeing = encoder ?? join(dirname(first.path), 'image_encoder');
  return {
    opened: { encoder: await encoderAt(seeing, encoder !== undefined), adapters: opened },
    request: { ipAdapters: chosen },
  };
}

async function encoderAt(path: string, said: boolean): Promise<ImageEncoder> {
  const folder = await isFolder(path).catch((thrown: unknown) => {
    if (said || !(thrown instanceof CodedError)) throw thrown;
    throw badArgument('--ip-encoder', 'PATH, where no folder image_encoder stands beside the IP-Adapter', 'none');
  });
  return openImageEncoder(folder ? await diskFolder(path) : await diskFile(path));
}
