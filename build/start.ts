/** `npm start [-- --port N] [--no-open]`: builds the page, serves it on this machine, opens the browser; until Ctrl-C. */
import { spawn } from 'node:child_process';
import { badArgument, readOptions } from '../models/commandLine.node';
import { CodedError } from '../models/errors';
import { bundle, WEB_FOLDER } from './bundle';
import { serve } from './serve';

interface Options {
  readonly port: number;
  readonly open: boolean;
}

export async function main(args: readonly string[]): Promise<number> {
  try {
    const { port, open } = readArguments(args);
    // The port first: nobody should wait for a page to hear that it has no place.
    const { url, close } = await serve(WEB_FOLDER, port);
    console.error('Building the page …');
    await bundle();
    console.log(`Pocket Diffusion is at ${url} (Ctrl-C ends it)`);
    if (open) openBrowser(url);
    await interrupted();
    await close();
    return 0;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    console.error(error.message);
    return 2;
  }
}

/** Rejects unknown arguments and ports outside 0 to 65535 with `bad-argument`. */
export function readArguments(args: readonly string[]): Options {
  const { values, positionals } = readOptions(args, OPTIONS, USAGE);
  if (positionals.length > 0) throw badArgument(positionals[0]!, USAGE, 'a word by itself');
  const { port } = values;
  const number = /^\d+$/.test(port) ? Number(port) : Number.NaN;
  if (!(number <= 65535)) throw badArgument('--port', 'an integer from 0 to 65535', port);
  return { port: number, open: !values['no-open'] };
}

const OPTIONS = {
  port: { type: 'string', default: '8080' },
  'no-open': { type: 'boolean', default: false },
} as const;
const USAGE = '[--port N] [--no-open]';

/** Opens `url` where there is a display; where that fails, the printed address is enough. */
function openBrowser(url: string): void {
  const { platform, env } = process;
  if (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) return;
  const [command, ...args] =
    platform === 'darwin' ? ['open', url] : platform === 'win32' ? ['cmd', '/c', 'start', '', url] : ['xdg-open', url];
  const child = spawn(command!, args, { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}

const interrupted = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
