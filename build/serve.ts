/**
 * A static server for the built page: cross-origin isolated (threads need it), a policy that lets no code in from
 * elsewhere, compressed twins where the browser takes them, and nothing outside its folder.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CodedError } from '../models/errors';
import { ENCODINGS, isTwin } from './compress';

export const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};

/** Scripts only from here, WebAssembly yes, `eval` and inline code no; pictures may be blobs. */
export const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  // Models come from wherever their mirrors and catalogs are; a host on this machine listens on some port (bridge-android); the
  // app that holds the page saves pictures by reading the page's own blobs.
  "connect-src 'self' blob: https: ws://127.0.0.1:*",
  "style-src 'self'",
  "img-src 'self' blob:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
} as const;

export interface Serving {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves `folder` on this machine only. Port 0 picks a free one; a port in use rejects with `bad-argument`.
 * `onRequest` hears the path of every request.
 */
export async function serve(
  folder: string,
  port: number,
  onRequest: (path: string) => void = () => undefined,
): Promise<Serving> {
  const root = resolve(folder);
  const server = createServer((request, response) => {
    onRequest(request.url ?? '/');
    answer(root, request, response).catch(() => response.destroy());
  });
  await listen(server, port);
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

const PORT_WORDS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'which another program uses',
  EACCES: 'which only the system may use',
};

function listen(server: Server, port: number): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = PORT_WORDS[error.code ?? ''] ?? error.message;
      const expected = 'a free port (--port N, or --port 0 for any)';
      fail(new CodedError('bad-argument', { argument: '--port', expected, got: `${port}, ${why}` }, { cause: error }));
    });
    server.listen(port, '127.0.0.1', () => done());
  });
}

async function answer(root: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return refuse(response.setHeader('Allow', 'GET, HEAD'), 405);
  }
  const path = pathBelow(root, request.url ?? '/');
  const file = path && (await choose(path, request.headers['accept-encoding'] ?? ''));
  if (!path || !file) return refuse(response, 404);

  response.setHeader('Content-Type', TYPES[extname(path)] ?? 'application/octet-stream');
  response.setHeader('ETag', file.etag);
  response.setHeader('Vary', 'Accept-Encoding');
  // Parts of the scripts carry their hash in their name; everything else is asked for again, and mostly answered with 304.
  const hashed = /^[\w.]+-[0-9A-Z]{8}\.js$/.test(path.slice(root.length + 1));
  response.setHeader('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
  if (request.headers['if-none-match'] === file.etag) return void response.writeHead(304).end();
  if (file.encoding) response.setHeader('Content-Encoding', file.encoding);
  response.writeHead(200, { 'Content-Length': file.bytes });
  if (request.method === 'HEAD') return void response.end();
  await pipeline(createReadStream(file.path), response);
}

const refuse = (response: ServerResponse, status: 404 | 405): void =>
  void response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${status}\n`);

/** The file that `url` names, or `undefined` where it leaves the folder, hides a NUL, or asks for a twin by name. */
export function pathBelow(root: string, url: string): string | undefined {
  let name: string;
  try {
    name = decodeURIComponent(url.replace(/[?#].*$/, ''));
  } catch {
    return undefined;
  }
  const path = join(root, name.endsWith('/') ? `${name}index.html` : name);
  const outside = !path.startsWith(root + sep) || /[\0\\]/.test(name);
  return outside || isTwin(path) ? undefined : path;
}

interface Choice {
  readonly path: string;
  readonly bytes: number;
  readonly etag: string;
  readonly encoding?: string;
}

/** `path` itself, or the first of its twins that the browser takes. */
async function choose(path: string, accepted: string): Promise<Choice | undefined> {
  const plain = await stat(path).catch(() => undefined);
  if (!plain?.isFile()) return undefined;
  const stamp = `${plain.size.toString(16)}-${Math.round(plain.mtimeMs).toString(16)}`;
  const takes = accepted.split(',').map((part) => part.split(';')[0]!.trim());
  for (const { name, extension } of ENCODINGS) {
    if (!takes.includes(name)) continue;
    const twin = await stat(path + extension).catch(() => undefined);
    if (!twin || twin.size === 0 || +twin.mtime !== +plain.mtime) continue;
    return { path: path + extension, bytes: twin.size, etag: `"${stamp}-${name}"`, encoding: name };
  }
  return { path, bytes: plain.size, etag: `"${stamp}"` };
}
