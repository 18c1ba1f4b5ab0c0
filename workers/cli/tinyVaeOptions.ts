/** A tiny VAE in the place of the model's own, as `npm run generate` is told of it. */
import { resolve } from 'node:path';
import { badArgument } from '../../models/commandLine.node';
import { diskFolder } from '../../models/folder.node';
import { fromCaller, openAt } from '../../models/openDisk.node';
import { openTinyVae, type TinyVae } from '../../models/tinyVae/openTinyVae';
import type { TinyVaeRequest, TinyVaeUse } from '../api';
import { TINY_VAE_USES } from '../request';

export const TINY_VAE_USAGE = `\
  --tiny-vae FILE|demo     a tiny VAE (TAESD) in place of the model's own: faster and in less memory, a little less exact
  --tiny-vae-for WHAT      ${TINY_VAE_USES.join(', ')}: what of the two it does (default: decoding)`;

const text = { type: 'string' } as const;
export const TINY_VAE_OPTIONS = { 'tiny-vae': text, 'tiny-vae-for': text } as const;

type Words = { readonly [Option in keyof typeof TINY_VAE_OPTIONS]?: string | undefined };

/** The demo model's, which the repository brings along. */
const DEMO_TINY_VAE = 'models/demo/tiny_vae';

/** For the request; a file in it is its name alone. `said` is what a picture's file says. */
export function tinyVaeWords(words: Words, said: TinyVaeRequest = {}): TinyVaeRequest {
  const [path, use = said.tinyVae?.use] = [words['tiny-vae'], words['tiny-vae-for']];
  if (path === '') throw badArgument('--tiny-vae', 'FILE, or demo', '');
  const file = path === undefined ? said.tinyVae?.file : path === 'demo' ? path : named(path);
  if (file === undefined) {
    if (use !== undefined) throw badArgument('--tiny-vae', 'a file where --tiny-vae-for is given', 'none');
    return {};
  }
  return { tinyVae: { file, ...(use === undefined ? {} : { use: use as TinyVaeUse }) } };
}

const named = (path: string) => ({
  path,
  file: { size: 0, slice: () => ({ arrayBuffer: async () => new ArrayBuffer(0) }) },
});

/** What is asked for, opened; rejects as `openTinyVae` does, and with `bad-model` where there is no such file. */
export async function tinyVaeOf({ tinyVae }: TinyVaeRequest): Promise<TinyVae | undefined> {
  if (!tinyVae) return undefined;
  if (tinyVae.file === 'demo') return openTinyVae(await diskFolder(resolve(DEMO_TINY_VAE)));
  return openAt(fromCaller(tinyVae.file.path), openTinyVae);
}
