/**
 * `npm run host -- DIR… [--origin URL]… [--port N]`: a host on this machine for folders that `npm run convert` has written,
 * and the address at which the page finds it. Until Ctrl-C; exit code 1 where the host ends before, with its words on stderr.
 */
import { badArgument, integerWord, readOptions } from '../models/commandLine.node';
import { CodedError } from '../models/errors';
import { fromCaller } from '../models/openDisk.node';
import { buildHost, startHost } from './host/startHost';

const USAGE = 'DIR… [--origin URL]… [--port N]';
const OPTIONS = { origin: { type: 'string', multiple: true }, port: { type: 'string' } } as const;
/** Where `npm start` serves the page. */
const PAGE = 'http://localhost:8080';

/** Bad arguments and folders that are no model end with one line on stderr and exit code 2. */
export async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    console.error(`usage: npm run host -- ${USAGE}`);
    return 0;
  }
  try {
    const { folders, origins, port } = readArguments(args);
    await buildHost();
    const host = await startHost(folders.map(fromCaller), origins, port);
    for (const origin of origins) console.log(`${origin}/#bridge=${host.port}.${host.token}`);
    host.process.stderr?.pipe(process.stderr);
    const failed = await Promise.race([
      new Promise<true>((resolve) => host.process.once('close', () => resolve(true))),
      ...(['SIGINT', 'SIGTERM'] as const).map(
        (signal) => new Promise<false>((resolve) => process.once(signal, () => resolve(false))),
      ),
    ]);
    await host.stop();
    return failed ? 1 : 0;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    console.error(error.message);
    return 2;
  }
}

/** An origin is what browsers say: a scheme, a host, a port where it is not the scheme's own, and no more. */
export function readArguments(args: readonly string[]) {
  const { values, positionals: folders } = readOptions(args, OPTIONS, USAGE);
  if (folders.length === 0) throw badArgument('DIR', 'a folder that npm run convert has written', '');
  const origins = values.origin ?? [PAGE];
  for (const origin of origins) {
    if (originOf(origin) !== origin) throw badArgument('--origin', 'one such as http://localhost:8080', origin);
  }
  const port = integerWord('--port', values.port) ?? 0;
  if (port < 0 || port > 65535) throw badArgument('--port', 'an integer from 0 to 65535', `${port}`);
  return { folders, origins, port };
}

function originOf(text: string): string | undefined {
  try {
    return new URL(text).origin;
  } catch {
    return undefined;
  }
}
