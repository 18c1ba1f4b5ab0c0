/** The demo model, converted, with a host on the JVM and a page's end of the bridge in Node. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import WebSocket from 'ws';
import { type RunningHost, startHost } from '../../../../build/host/startHost';
import { main as convert } from '../../../../models/convert';
import type { Channel } from '../../../../workers/backend/bridge/channel';
import { type Socket, subprotocols, webSocketChannel } from '../../../../workers/backend/bridge/webSocketChannel';

export const ORIGIN = 'http://localhost:8080';

/** A folder with the demo model in it, for latents of `pixels / 8`, and what removes it. */
export async function demoFolder(pixels: number): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'host-'));
  const folder = join(directory, 'demo');
  const size = ['--width', `${pixels}`, '--height', `${pixels}`];
  if ((await convert([join(process.cwd(), 'models/demo/model'), '--out', folder, ...size])) !== 0)
    throw new Error('the demo model was not converted');
  return { folder, remove: () => rm(directory, { recursive: true }) };
}

/** A host over `folder` for pages of `ORIGIN`. */
export const hostOver = (folder: string): Promise<RunningHost> => startHost([folder], [ORIGIN]);

/** A channel to `host`, by default as the page opens one. */
export function channelTo(
  host: RunningHost,
  { origin = ORIGIN, protocols = subprotocols(host.token), headers = {} }: Caller = {},
): Promise<Channel> {
  const socket = new WebSocket(`ws://127.0.0.1:${host.port}/`, [...protocols], {
    ...(origin !== '' && { origin }),
    ...{ headers, perMessageDeflate: false },
  });
  return webSocketChannel(socket as unknown as Socket);
}

export interface Caller {
  /** Empty: none, as programs that are no browsers. */
  readonly origin?: string;
  readonly protocols?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}
