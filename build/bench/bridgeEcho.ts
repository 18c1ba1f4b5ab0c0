/** What the bridge's benchmark is held against: `BareEcho.java`, and this process as the other end of its plain socket. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { BRIDGE } from '../host/maven';

/** A frame of a call: the tensor and its header. */
export const ECHO_BYTES = 65_536 + 320;

export interface Echo {
  /** Of the WebSocket. */
  readonly port: number;
  /** Milliseconds of `count` round trips over the plain socket. */
  times(count: number): Promise<number[]>;
  stop(): Promise<void>;
}

/** Started with the classes of a host that was built. */
export async function startEcho(): Promise<Echo> {
  const classes = (await readFile(join(BRIDGE, 'host', 'target', 'classpath'), 'utf8')).trim();
  const child = spawn('java', ['-cp', classes, 'build/bench/BareEcho.java'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const gone = once(child, 'close');
  const [line] = (await Promise.race([once(child.stdout, 'data'), gone])) as [Buffer | number | null];
  if (!(line instanceof Buffer)) throw new Error(`setup-failed: BareEcho.java ended with ${line}`);
  const [port, plain] = line.toString('utf8').split(' ').map(Number);
  const socket = connect({ host: '127.0.0.1', port: plain!, noDelay: true });
  await once(socket, 'connect');
  const bytes = Buffer.alloc(ECHO_BYTES, 7);
  const roundTrip = (): Promise<number> =>
    new Promise((resolve) => {
      const started = performance.now();
      let heard = 0;
      const hear = (some: Buffer): void => {
        heard += some.length;
        if (heard < bytes.length) return;
        socket.off('data', hear);
        resolve(performance.now() - started);
      };
      socket.on('data', hear);
      socket.write(bytes);
    });
  return {
    port: port!,
    async times(count) {
      const times: number[] = [];
      while (times.length < count) times.push(await roundTrip());
      return times;
    },
    async stop() {
      socket.destroy();
      child.stdin.end();
      await gone;
    },
  };
}
