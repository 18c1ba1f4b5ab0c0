import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compressTwins } from '../../build/compress';
import { pathBelow, type Serving, serve } from '../../build/serve';
import { CodedError } from '../../models/errors';

let folder: string;
let server: Serving;
const SCRIPT = 'export const x = 1;\n'.repeat(500);

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'serve-'));
  const root = join(folder, 'web');
  await mkdir(join(root, 'demo'), { recursive: true });
  await writeFile(join(root, 'index.html'), '<!doctype html>');
  await writeFile(join(root, 'main.js'), SCRIPT);
  await writeFile(join(root, 'chunk-ABCD1234.js'), '1');
  await writeFile(join(root, 'en.late-ABCD1234.js'), '1');
  await writeFile(join(root, 'ort.wasm'), 'wasm');
  await writeFile(join(root, 'demo', 'weights.safetensors'), 'weights');
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await compressTwins(root);
  server = await serve(root, 0);
});
test.after(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Plain HTTP: `fetch` would tidy the path up before it is sent. */
const ask = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { port } = new URL(server.url);
    const asked = httpRequest({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });

test('the page is isolated, and lets no foreign or inline code in', async () => {
  const { status, headers, body } = await ask('/');
  assert.is(status, 200);
  assert.is(body.toString(), '<!doctype html>');
  assert.is(headers['cross-origin-opener-policy'], 'same-origin');
  assert.is(headers['cross-origin-embedder-policy'], 'require-corp');
  assert.is(headers['cross-origin-resource-policy'], 'same-origin');
  const policy = String(headers['content-security-policy']);
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /script-src 'self' 'wasm-unsafe-eval';/);
  // Models are fetched from anywhere; nothing else is.
  assert.match(policy, /connect-src 'self' blob: https: ws:\/\/127\.0\.0\.1:\*;/);
  assert.not.match(policy.replace(/connect-src [^;]*/, ''), /unsafe-inline|'unsafe-eval'|https?:|\*/);
});

test('every kind of file has its type', async () => {
  const types = ['/', '/main.js', '/ort.wasm', '/demo/weights.safetensors'].map(
    async (path) => (await ask(path)).headers['content-type'],
  );
  assert.equal(await Promise.all(types), [
    ...['text/html; charset=utf-8', 'text/javascript; charset=utf-8', 'application/wasm', 'application/octet-stream'],
  ]);
});

test('compressed where the browser takes it, and the same file underneath', async () => {
  const brotli = await ask('/main.js', { 'accept-encoding': 'gzip, deflate, br;q=0.9' });
  assert.is(brotli.headers['content-encoding'], 'br');
  assert.is(brotliDecompressSync(brotli.body).toString(), SCRIPT);
  const gzip = await ask('/main.js', { 'accept-encoding': 'gzip' });
  assert.is(gunzipSync(gzip.body).toString(), SCRIPT);
  assert.is(Number(gzip.headers['content-length']), gzip.body.length);
  const plain = await ask('/main.js');
  assert.is(plain.headers['content-encoding'], undefined);
  assert.is(plain.body.toString(), SCRIPT);
});

test('what compression does not pay for goes plain', async () => {
  const { headers, body } = await ask('/demo/weights.safetensors', { 'accept-encoding': 'br, gzip' });
  assert.is(headers['content-encoding'], undefined);
  assert.is(body.toString(), 'weights');
});

test('a twin older than its file is not served', async () => {
  const path = join(folder, 'web', 'stale.js');
  await writeFile(path, SCRIPT);
  await compressTwins(join(folder, 'web'));
  await writeFile(path, 'new');
  await utimes(path, new Date(), new Date(Date.now() + 5000));
  assert.is((await ask('/stale.js', { 'accept-encoding': 'br' })).body.toString(), 'new');
});

test('what the browser has already is not sent again; named chunks are not even asked for', async () => {
  const first = await ask('/main.js');
  assert.is(first.headers['cache-control'], 'no-cache');
  const again = await ask('/main.js', { 'if-none-match': String(first.headers.etag) });
  assert.equal([again.status, again.body.length], [304, 0]);
  for (const name of ['chunk-ABCD1234.js', 'en.late-ABCD1234.js']) {
    const chunk = await ask(`/${name}`);
    assert.match(String(chunk.headers['cache-control']), /immutable/, name);
  }
});

test('HEAD answers without a body, other methods are refused', async () => {
  const head = await ask('/main.js', {}, 'HEAD');
  assert.equal([head.status, head.body.length, Number(head.headers['content-length'])], [200, 0, SCRIPT.length]);
  const post = await ask('/', {}, 'POST');
  assert.equal([post.status, post.headers.allow], [405, 'GET, HEAD']);
});

test('nothing outside the folder, no listing, no twin by its own name', async () => {
  for (const path of [
    ...['/secret.txt', '/../secret.txt', '/%2e%2e/secret.txt', '/demo/../../secret.txt', '/..%2fsecret.txt'],
    ...['/demo/..%5c..%5csecret.txt', '/main.js%00.html', '/%', '/demo', '/demo/', '/main.js.br', '//etc/passwd'],
  ]) {
    const { status, body } = await ask(path);
    assert.is(status, 404, path);
    assert.not(body.toString().includes('secret'), path);
  }
});

test('paths are resolved below the root, without query and fragment', () => {
  assert.is(pathBelow('/web', '/a/b.js?x=../y#z'), '/web/a/b.js');
  assert.is(pathBelow('/web', '/'), '/web/index.html');
  assert.is(pathBelow('/web', '/../webs/x'), undefined);
});

test('a port in use is a coded error that names it', async () => {
  const { port } = new URL(server.url);
  await serve(folder, Number(port)).then(
    () => assert.unreachable(),
    (error: CodedError) => {
      assert.instance(error, CodedError);
      assert.is(
        error.message,
        `bad-argument: --port: expected a free port (--port N, or --port 0 for any), got ${port}, which another program uses`,
      );
    },
  );
});

test.run();
