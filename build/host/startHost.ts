/** The bridge's host on this machine: a JVM that computes with ONNX Runtime, behind a WebSocket on the loopback interface. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { delimiter, join } from 'node:path';
import { CodedError } from '../../models/errors';
import { BRIDGE, ensureMaven, maven } from './maven';

const SYSTEMS: Readonly<Record<string, string>> = { darwin: 'osx', win32: 'win' };
/** Where ONNX Runtime's jar has its library for this system; where it has none, it says so. */
const NATIVES = `natives/ai/onnxruntime/native/${SYSTEMS[platform()] ?? platform()}-${arch() === 'arm64' ? 'aarch64' : arch()}`;
const MAIN = 'pocketdiffusion.host.Main';

export interface RunningHost {
  readonly port: number;
  /** The secret of this launch, 64 hexadecimal digits. */
  readonly token: string;
  readonly process: ChildProcess;
  /** Resolves once it is gone. */
  stop(): Promise<void>;
}

/** Says that the host was built by whoever started this process: two Mavens at a time would write over each other. */
export const HOST_BUILT = 'POCKET_HOST_BUILT';

/** Builds the host. Rejects with Maven's own words. */
export async function buildHost(): Promise<void> {
  if (process.env[HOST_BUILT]) return;
  ensureMaven();
  const { code, output } = await maven('package', '-DskipTests', '-pl', 'host', '-am');
  if (code !== 0) throw new Error(`setup-failed: the host: Maven said:\n${output}`);
}

/** Starts a host that was built, for pages of `origins`. Rejects with `bad-model` where it refuses a folder, in its words. */
export async function startHost(
  folders: readonly string[],
  origins: readonly string[],
  port = 0,
): Promise<RunningHost> {
  const libraries = (await readFile(join(BRIDGE, 'host', 'target', 'classpath'), 'utf8')).trim();
  const classes = [join(BRIDGE, 'host', 'target', 'host-0.1.0.jar'), libraries].join(delimiter);
  const words = [...folders, ...origins.flatMap((origin) => ['--origin', origin]), '--port', `${port}`];
  // It ends with its standard input, and so with us, however we end.
  const natives = `-Donnxruntime.native.path=${join(BRIDGE, 'host', 'target', NATIVES)}`;
  const child = spawn('java', [natives, '-cp', classes, MAIN, ...words], { stdio: ['pipe', 'pipe', 'pipe'] });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const chunks: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const line = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
      if (said.includes('\n')) resolve(said);
    });
    child.once('error', reject);
    child.once('close', (code) => {
      const got = Buffer.concat(chunks).toString('utf8').trim() || `exit code ${code}`;
      reject(
        new CodedError('bad-model', { argument: folders.join(', '), expected: 'a folder the host can open', got }),
      );
    });
  });
  const [listening, token] = line.trim().split(' ');
  return {
    ...{ port: Number(listening), token: token!, process: child },
    stop() {
      child.stdin.end();
      return gone;
    },
  };
}
