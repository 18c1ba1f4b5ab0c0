/**
 * Builds the page into `dist/web/`: a folder of static files with relative URLs, so that the same build is served
 * here, from a sub-path, or out of an Android app.
 *
 *   index.html main.js main.css manifest.webmanifest icons/   the page
 *   engine.worker.js NAME-HASH.js                              the engine; shared and later parts; a chunk for each ORT library
 *   ort/                                                       ORT's WASM and its loaders
 *   demo/index.json demo/…                                     the demo model, a diffusers folder with its list, and its tiny VAE
 *
 * Files that did not change are left alone, so their modification times (ETags) and compressed twins stay valid.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { compressTwins } from './compress';
import { kernels } from './kernels.mjs';
import { type Output, openOutput } from './output';

export const WEB_FOLDER = 'dist/web';
const ENGINE = 'workers/engine.worker.ts';
const DEMO_MODEL = 'models/demo/model';
/** Beside the model, and no part of it: it is fetched when it is asked for. */
const DEMO_TINY_VAE = 'models/demo/tiny_vae';
const ORT = 'node_modules/onnxruntime-web/dist';
/** The CPU's build and the one with WebGPU (JSEP), as workers/backend/ort.browser.ts loads them. */
const ORT_FILES = ['ort-wasm-simd-threaded', 'ort-wasm-simd-threaded.jsep'].flatMap((name) => [
  `${name}.mjs`,
  `${name}.wasm`,
]);

/** One script or style sheet of ours, and what went into it. */
export interface Script {
  readonly path: string;
  readonly contents: Uint8Array;
  readonly inputs: readonly string[];
  /** Scripts that are fetched with it; `later` are those it fetches when they are needed. */
  readonly imports: readonly string[];
  readonly later: readonly string[];
}

/** Builds everything. Specs put another model in the demo's place. */
export async function bundle(folder = WEB_FOLDER, demoModel = DEMO_MODEL): Promise<void> {
  const output = await openOutput(folder);
  for (const { path, contents } of await bundleScripts()) await output.place(path, contents);
  await placePage(output);
  for (const name of ORT_FILES) await output.place(`ort/${name}`, await readFile(join(ORT, name)));
  await placeDemo(output, demoModel);
  for (const name of await readdir(DEMO_TINY_VAE))
    await output.place(`demo/tiny_vae/${name}`, await readFile(join(DEMO_TINY_VAE, name)));
  await output.removeOthers();
  await compressTwins(folder);
}

/** The page with another worker in the engine's place, and neither ORT nor models: for specs of the page alone. */
export async function bundlePageWith(engine: string, folder: string): Promise<void> {
  const output = await openOutput(folder);
  for (const { path, contents } of await bundleScripts(engine)) await output.place(path, contents);
  await placePage(output);
  await output.removeOthers();
}

/** Our own scripts and styles, not yet written anywhere. */
export async function bundleScripts(engine = ENGINE): Promise<Script[]> {
  const style = await run({ entryPoints: { main: 'web/style/main.css' } });
  // Together, so that what page and worker share is there once.
  const scripts = await run({
    entryPoints: { main: 'web/main.tsx', 'engine.worker': engine, 'kernels.worker': 'workers/kernels.worker.ts' },
    jsx: 'automatic',
    jsxImportSource: 'preact',
    splitting: true,
    chunkNames: '[name]-[hash]',
    // ORT's `.mjs` loaders stay files: its threads are started from their URL, which must be of our own origin.
    conditions: ['onnxruntime-web-use-extern-wasm'],
  });
  return [...style, ...scripts];
}

async function run(options: BuildOptions): Promise<Script[]> {
  const { outputFiles, metafile } = await build({
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['chrome114', 'firefox128', 'safari17'],
    platform: 'browser',
    outdir: 'out',
    legalComments: 'none',
    // Modules are UTF-8 wherever they come from, and Chinese in escapes is twice as long.
    charset: 'utf8',
    logLevel: 'warning',
    plugins: [kernels],
    ...options,
    metafile: true,
    write: false,
  });
  const known = new Map(Object.entries(metafile!.outputs).map(([path, output]) => [ofOut(path), output]));
  return outputFiles!.map(({ path, contents }) => {
    const name = path.replaceAll('\\', '/').split('/out/').at(-1)!;
    const { inputs = {}, imports = [] } = known.get(name) ?? {};
    const of = (kind: string): string[] => imports.flatMap((each) => (each.kind === kind ? [ofOut(each.path)] : []));
    return {
      ...{ path: name, contents, inputs: Object.keys(inputs) },
      ...{ imports: of('import-statement'), later: of('dynamic-import') },
    };
  });
}

const ofOut = (path: string): string => path.replace(/^out\//, '');

async function placePage(output: Output): Promise<void> {
  for (const name of ['index.html', 'manifest.webmanifest'])
    await output.place(name, await readFile(join('web', name)));
  for (const name of await readdir('web/icons')) {
    await output.place(`icons/${name}`, await readFile(join('web/icons', name)));
  }
}

/** Copies the demo model (a folder without a trailing slash) and lists it in `demo/index.json`; its version is a hash of every path and byte. */
async function placeDemo(output: Output, model: string): Promise<void> {
  const entries = await readdir(model, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(model.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
  const version = createHash('sha256');
  const files: { path: string; bytes: number }[] = [];
  for (const path of paths) {
    const contents = await readFile(join(model, path));
    version.update(`${path}\0${contents.length}\0`).update(contents);
    files.push({ path, bytes: contents.length });
    await output.place(`demo/${path}`, contents);
  }
  const index = { version: version.digest('hex').slice(0, 16), files };
  await output.place('demo/index.json', Buffer.from(JSON.stringify(index)));
}
