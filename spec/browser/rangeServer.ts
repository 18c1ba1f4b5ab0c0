/** A server in front of another with one large file of its own: ranges, an ETag, and a halt in the middle until told. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Serving } from '../../build/serve';

export interface RangeServer {
  /** For `VisitOptions.front`. */
  front(url: string): Promise<Serving>;
  /** Sends no more than this many bytes of an answer; the connection stays open. */
  haltAfter: number;
  /** The Range of each request for the file. */
  readonly asked: string[];
}

/** `bytes` at `path` (with the slash). */
export function rangeServer(path: string, bytes: Uint8Array): RangeServer {
  const own: RangeServer = { front, haltAfter: Number.POSITIVE_INFINITY, asked: [] };

  async function front(behind: string): Promise<Serving> {
    const server = createServer((request, response) => {
      if (request.url === path) sendFile(request, response);
      else void pass(behind, request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const close = (): Promise<void> =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      });
    return { url: `http://localhost:${(server.address() as AddressInfo).port}/`, close };
  }

  function sendFile({ headers }: IncomingMessage, response: ServerResponse): void {
    own.asked.push(headers.range ?? 'all');
    const begin = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
    const range = begin > 0 ? { 'Content-Range': `bytes ${begin}-${bytes.length - 1}/${bytes.length}` } : {};
    response.writeHead(begin > 0 ? 206 : 200, {
      ...range,
      'Content-Length': bytes.length - begin,
      'Content-Type': 'application/octet-stream',
      ETag: '"1"',
    });
    if (bytes.length - begin > own.haltAfter) response.write(bytes.subarray(begin, begin + own.haltAfter));
    else response.end(bytes.subarray(begin));
  }
  return own;
}

async function pass(behind: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = await fetch(new URL(request.url ?? '/', behind), { headers: { 'accept-encoding': 'identity' } });
  const body = Buffer.from(await answer.arrayBuffer());
  const headers = [...answer.headers.entries()].filter(([name]) => name !== 'connection').flat();
  response.writeHead(answer.status, headers);
  response.end(body);
}
