/** `npm start [-- --port N] [--no-open]`: builds the page, serves it on this machine, opens the browser; until Ctrl-C. */
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
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
    console.error('Building the page …');
    await bundle();
    const { url, close } = await serve(WEB_FOLDER, port);
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
  const { port, open } = parse(args);
  const number = /^\d+$/.test(port) ? Number(port) : Number.NaN;
  if (!(number <= 65535)) throw bad('--port', 'an integer from 0 to 65535', port);
  return { port: number, open };
}

function parse(args: readonly string[]): { readonly port: string; readonly open: boolean } {
  try {
    const options = {
      port: { type: 'string', default: '8080' },
      'no-open': { type: 'boolean', default: false },
    } as const;
    const { values } = parseArgs({ args: [...args], options, strict: true });
    return { port: values.port, open: !values['no-open'] };
  } catch (error) {
    throw bad('arguments', '[--port N] [--no-open]', (error as Error).message);
  }
}

const bad = (argument: string, expected: string, got: string): CodedError =>
  new CodedError('bad-argument', { argument, expected, got });

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
