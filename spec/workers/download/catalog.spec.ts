import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkCatalog, fetchCatalog, shippedCatalog } from '../../../workers/download/catalog';
import { rejects } from '../../models/rejects';

const model = {
  name: 'A model',
  urls: ['https://example.org/a.safetensors', 'b.safetensors'],
  license: { name: 'MIT', url: 'https://example.org/license', mustAccept: false },
  bytes: 5,
  sha256: 'a'.repeat(64),
};
const catalog = (...models: unknown[]) => ({ format: 'pocket-diffusion-catalog', version: 1, models });
const check = (json: unknown) => checkCatalog(json, 'list', 'https://example.org/models/list.json');

test('the catalog that comes with the engine is in its own format, over https, with a license on every entry', () => {
  const entries = shippedCatalog();
  assert.ok(entries.length > 0);
  for (const { urls, license } of entries) {
    assert.ok([...urls, license!.url].every((url) => url.startsWith('https://')));
  }
});

test('an entry is read with all it says; addresses may be relative to the list', () => {
  assert.equal(check(catalog(model)), [
    { ...model, urls: ['https://example.org/a.safetensors', 'https://example.org/models/b.safetensors'] },
  ]);
  const { bytes: _, sha256: __, ...little } = model;
  assert.equal(Object.keys(check(catalog(little))[0]!).sort(), ['license', 'name', 'urls']);
});

const { name: _, ...nameless } = model;
const { license: __, ...unlicensed } = model;
for (const [what, json, place, expected] of [
  ['a list', [], 'list', 'an object'],
  ['another format', { format: 'gguf' }, 'list: format', 'pocket-diffusion-catalog'],
  ['a newer version', { ...catalog(), version: 2 }, 'list: version', '1'],
  ['no models', { ...catalog(), models: {} }, 'list: models', 'a list'],
  ['a model without a name', catalog(model, nameless), 'models[1].name', 'a text'],
  ['a model without addresses', catalog({ ...model, urls: [] }), 'urls', 'a list of addresses'],
  ['an address of another kind', catalog({ ...model, urls: ['file:///etc/passwd'] }), 'urls[0]', 'http(s)'],
  ['a script for an address', catalog({ ...model, urls: ['javascript:alert(1)'] }), 'urls[0]', 'http(s)'],
  ['a length that is none', catalog({ ...model, bytes: -1 }), 'bytes', 'a number of bytes'],
  ['a hash that is none', catalog({ ...model, sha256: 'A'.repeat(64) }), 'sha256', '64 hexadecimal'],
  ['no license', catalog(unlicensed), 'license', 'an object'],
  ['a license that nobody need accept or not', catalog({ ...model, license: {} }), 'mustAccept', 'true or false'],
] as const) {
  test(`a catalog with ${what} is refused, naming the place`, () =>
    rejects(() => check(json), 'bad-catalog', place, expected));
}

test('a catalog by URL is fetched and checked; what went wrong is told apart', async () => {
  const answering =
    (body: string, status = 200) =>
    async () =>
      new Response(body, { status });
  const url = 'https://example.org/models/list.json';
  assert.is((await fetchCatalog(url, answering(JSON.stringify(catalog(model))))).length, 1);
  await rejects(() => fetchCatalog(url, answering('{')), 'bad-catalog', url, 'JSON');
  await rejects(() => fetchCatalog(url, answering('', 403)), 'download-failed', url, 'HTTP 403');
  const blocked = () => Promise.reject(new TypeError('Failed to fetch'));
  await rejects(() => fetchCatalog(url, blocked), 'download-failed', url, 'CORS');
  await rejects(() => fetchCatalog('list.json', blocked), 'bad-argument', 'list.json');
});

test.run();
