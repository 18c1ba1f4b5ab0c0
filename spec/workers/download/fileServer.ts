/** A server of one file that behaves as well or as badly as it is told. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Manners {
  bytes: Uint8Array;
  etag?: string | undefined;
  lastModified?: string | undefined;
  /** Ignores Range. */
  noRange?: boolean;
  /** Sends no Content-Length. */
  noLength?: boolean;
  /** Cuts every answer off after so many bytes. */
  cutAfter?: number | undefined;
  /** Sends so many bytes, then nothing more. */
  stallAfter?: number | undefined;
  /** Answers with this status instead, so many times. */
  status?: number | undefined;
  times?: number | undefined;
  type?: string;
  redirect?: boolean;
}

export interface FileServer {
  readonly url: string;
  readonly manners: Manners;
  /** `METHOD range` of each request, and `if-range` where there is one. */
  readonly asked: string[];
  close(): Promise<void>;
}

export async function fileServer(bytes: Uint8Array, manners: Partial<Manners> = {}): Promise<FileServer> {
  const own: Manners = { bytes, ...manners };
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { range, 'if-range': ifRange } = request.headers;
    asked.push([range ?? 'all', ...(ifRange ? [`if ${String(ifRange)}`] : [])].join(' '));
    answer(own, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.safetensors`,
    manners: own,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(manners: Manners, request: IncomingMessage, response: ServerResponse): void {
  const { bytes, etag, lastModified, status, times = Number.POSITIVE_INFINITY, type } = manners;
  if (manners.redirect && !request.url?.endsWith('?there')) {
    return void response.writeHead(302, { Location: `${request.url}?there` }).end();
  }
  if (status !== undefined && times > 0) {
    manners.times = times - 1;
    return void response.writeHead(status).end('no');
  }
  if (etag) response.setHeader('ETag', etag);
  if (lastModified) response.setHeader('Last-Modified', lastModified);
  response.setHeader('Content-Type', type ?? 'application/octet-stream');
  const begin = beginOf(manners, request);
  if (begin > 0 && begin >= bytes.length) {
    return void response.writeHead(416, { 'Content-Range': `bytes */${bytes.length}` }).end();
  }
  const body = bytes.subarray(begin);
  const range = begin > 0 ? { 'Content-Range': `bytes ${begin}-${bytes.length - 1}/${bytes.length}` } : {};
  const length = manners.noLength ? {} : { 'Content-Length': body.length };
  response.writeHead(begin > 0 ? 206 : 200, { ...range, ...length });
  if (manners.stallAfter !== undefined) return void response.write(body.subarray(0, manners.stallAfter));
  if (manners.cutAfter !== undefined && manners.cutAfter < body.length) {
    // Later: an error empties the queue of what the reader has not yet taken.
    const cut = (): void => void setTimeout(() => response.destroy(), 300);
    return void response.write(body.subarray(0, manners.cutAfter), cut);
  }
  response.end(body);
}

function beginOf({ noRange, etag, lastModified }: Manners, { headers }: IncomingMessage): number {
  const begin = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
  const condition = headers['if-range'];
  const changed = condition !== undefined && condition !== etag && condition !== lastModified;
  return noRange || changed ? 0 : begin;
}
