/**
 * `import bytes from 'kernels:relaxed'` in whatever esbuild bundles: the AssemblyScript of `workers/kernels`, compiled for one
 * form of multiplying integers. Plain JavaScript because `run.mjs` needs it to bundle anything. What was compiled is kept in
 * `dist/kernels` by a hash of the sources.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { place } from './placed.mjs';

/** Every script is started in the repository's root (run.mjs). */
const SOURCES = 'workers/kernels';
const KEPT = 'dist/kernels';

const OPTIONS = ['-O3', '--noAssert', '--runtime', 'stub', '--use', 'abort=', '--enable', 'simd'];

/** The memory comes from outside and is as large as the network needs; shared, or made unshared by whoever loads it. */
const OF_NETWORKS = [
  ...['assembly/run.ts', '--enable', 'threads'],
  ...['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
];

/** Each form's own options. `product` is no network's, and has a memory of its own. */
const FORMS = {
  relaxed: [...OF_NETWORKS, '--enable', 'relaxed-simd', '--use', 'POCKET_RELAXED=1'],
  words: OF_NETWORKS,
  product: ['assembly/product.ts', '--initialMemory', '1'],
};

/** The esbuild plugin. */
export const kernels = {
  name: 'kernels',
  setup(build) {
    build.onResolve({ filter: /^kernels:/ }, ({ path }) => ({
      path: path.slice('kernels:'.length),
      namespace: 'kernels',
    }));
    build.onLoad({ filter: /.*/, namespace: 'kernels' }, async ({ path }) => ({
      contents: await compiled(path),
      loader: 'binary',
    }));
  },
};

async function compiled(form) {
  if (!Object.hasOwn(FORMS, form)) throw new Error(`kernels: no form ${form}`);
  const found = await readdir(SOURCES, { recursive: true });
  const names = found
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.ts'))
    .sort();
  const sources = new Map(
    await Promise.all(names.map(async (name) => [name, decorated(await readFile(join(SOURCES, name), 'utf8'))])),
  );
  const options = [...OPTIONS, ...FORMS[form], '--outFile', 'kernels.wasm'];
  const hash = createHash('sha256').update(JSON.stringify([...sources, options]));
  const kept = join(KEPT, `${form}-${hash.digest('hex').slice(0, 16)}.wasm`);
  const before = await readFile(kept).catch(() => undefined);
  if (before) return before;
  const bytes = await compile(sources, options);
  place(kept, bytes);
  return bytes;
}

/** AssemblyScript's decorator of functions, which neither TypeScript nor Biome parses, is written as a comment. */
const decorated = (source) => source.replaceAll(/^\/\/ inline$/gm, '@inline');

async function compile(sources, options) {
  const { default: asc } = await import('assemblyscript/asc');
  let bytes;
  const { error, stderr } = await asc.main(options, {
    readFile: (name) => sources.get(name) ?? null,
    writeFile: (_name, contents) => {
      bytes = contents;
    },
    listFiles: () => [],
  });
  if (error || !bytes) throw new Error(`kernels do not compile:\n${stderr}`);
  return bytes;
}
