/**
 * The house rules of the README as a test: who may import whom, one corner per package, short files with telling names.
 * Type-only imports count like any other unless a rule says otherwise.
 */
import { readdir, readFile } from 'node:fs/promises';
import { basename, extname, join, posix } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fromRoot } from './root';

/** What the files below `room` may import: files or folders, without endings. `types` only as `import type`. */
interface Room {
  readonly room: string;
  readonly may: readonly string[];
  readonly types?: readonly string[];
  /** Files handed to `new URL(…, import.meta.url)`, that is to `new Worker`. */
  readonly urls?: readonly string[];
}

/** The longest `room` that holds a file is its room. Imports point inwards; nobody imports web, build or spec. */
const ROOMS: readonly Room[] = [
  { room: 'web', may: ['web', 'workers/api', 'workers/pictureFile'], urls: ['workers/engine.worker'] },
  { room: 'workers', may: ['workers', 'models'] },
  { room: 'workers/diffusion', may: ['workers/diffusion'], types: ['models/sd15'] },
  { room: 'workers/text', may: ['workers/text', 'models/errors'] },
  {
    room: 'workers/pictureFile',
    may: ['workers/pictureFile', 'models/errors'],
    types: ['workers/api', 'models/source'],
  },
  { room: 'workers/kernels', may: ['workers/kernels'] },
  {
    room: 'workers/backend',
    may: ['workers/backend', 'workers/kernels/layout', 'workers/api', 'workers/errors', 'workers/tensor', 'models'],
  },
  { room: 'workers/store', may: ['workers/store', 'workers/api', 'workers/errors', 'workers/tensor', 'models'] },
  {
    room: 'workers/download',
    may: ['workers/download', 'workers/store', 'workers/api', 'workers/errors', 'models'],
  },
  { room: 'models', may: ['models'] },
  { room: 'build', may: ['build', 'web', 'workers', 'models'] },
  { room: 'spec', may: ['spec', 'build', 'web', 'workers', 'models'] },
];

/** Where each package may be imported, by file or folder; `build` and `spec` may import any. */
const CORNERS: Readonly<Record<string, RegExp>> = {
  'onnxruntime-web': /^workers\/backend\/ort[^/]*\.ts$|^models\/quantize\//,
  // Not a package: what build/kernels.mjs compiles of workers/kernels.
  'kernels:': /^workers\/backend\/int8\/form\.ts$|^models\/lora\/product\.ts$/,
  'idb-keyval': /^workers\/store\//,
  'hash-wasm': /^workers\/download\/sha256\.ts$/,
  comlink: /^web\/engine\.ts$|^workers\/engine\.worker\.ts$/,
  preact: /^web\//,
  '@preact/signals': /^web\//,
  '@jsquash/jpeg': /^workers\/cli\/photographs/,
  '@jsquash/webp': /^workers\/cli\/photographs/,
  'fast-png': /^workers\/cli\//,
};

const SOURCE = new Set(['.ts', '.tsx', '.mjs', '.py', '.java']);
const SKIPPED = new Set(['node_modules', 'dist', 'work', '__pycache__', 'vendor', 'target']);
const VAGUE = new Set(['util', 'utils', 'helper', 'helpers', 'common', 'manager', 'base']);
const LONGEST = 300;

interface Import {
  readonly from: string;
  readonly specifier: string;
  readonly kind: 'value' | 'type' | 'url';
}

/** Static imports and re-exports, side-effect imports, dynamic imports, worker URLs: as Biome lays them out. */
const IMPORTS =
  /^(?:import|export)\s+(type\s)?[\w\s{},*$]*?\bfrom\s*['"]([^'"]+)['"]|^import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]|\bnew URL\(\s*['"](\.[^'"]+)['"]\s*,\s*import\.meta\.url/gm;

function importsOf(from: string, source: string): Import[] {
  const code = source.replace(/^\s*\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  return [...code.matchAll(IMPORTS)].map(([, type, named, bare, dynamic, url]) => ({
    from,
    specifier: (named ?? bare ?? dynamic ?? url)!,
    kind: url ? 'url' : type ? 'type' : 'value',
  }));
}

/** What is wrong with an import, naming both sides; empty where nothing is. */
function wrong({ from, specifier, kind }: Import): string {
  if (specifier.startsWith('.')) {
    const to = posix.join(posix.dirname(from), specifier).replace(/\.tsx?$/, '');
    const { room, may, types = [], urls = [] } = roomOf(from);
    const allowed = kind === 'url' ? urls : kind === 'type' ? [...may, ...types] : may;
    if (allowed.some((place) => within(to, place))) return '';
    return `${from} imports ${to}: ${room} may import ${[...may, ...types.map((t) => `types of ${t}`)].join(', ')}`;
  }
  if (specifier.startsWith('node:') || /^(build|spec)\//.test(from)) return '';
  const name = specifier.match(/^(@[^/]+\/)?(kernels:|[^/]+)/)![0];
  const corner = CORNERS[name];
  if (corner?.test(from)) return '';
  return `${from} imports ${specifier}: ${corner ? `only ${corner} may` : 'a package without a corner in this table'}`;
}

function roomOf(file: string): Room {
  const [room] = ROOMS.filter((candidate) => within(file, candidate.room)).sort(
    (a, b) => b.room.length - a.room.length,
  );
  if (!room) throw new Error(`${file} is in no room`);
  return room;
}

const within = (path: string, place: string): boolean => path === place || path.startsWith(`${place}/`);

async function sourceFiles(folder: string): Promise<string[]> {
  const entries = await readdir(fromRoot(folder), { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries.filter(({ name }) => !SKIPPED.has(name))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) found.push(...(await sourceFiles(path)));
    else if (SOURCE.has(extname(path))) found.push(path);
  }
  return found.sort();
}

const FOLDERS = ['web', 'workers', 'models', 'build', 'spec', 'bridge-android'];
const files = (await Promise.all(FOLDERS.map(sourceFiles))).flat();
const read = (path: string): Promise<string> => readFile(join(fromRoot(path)), 'utf8');

test('imports stay within what the table of rooms and corners allows', async () => {
  const scripts = files.filter((path) => /\.tsx?$/.test(path) && path !== 'spec/house.spec.ts');
  assert.ok(scripts.length > 50, `${scripts.length} files`);
  const imports = (await Promise.all(scripts.map(async (path) => importsOf(path, await read(path))))).flat();
  assert.ok(imports.length > scripts.length, `${imports.length} imports`);
  const faults = imports.map(wrong).filter(Boolean);
  assert.is(faults.join('\n'), '');
});

test('the table refuses what it is there to refuse', () => {
  const refused = (from: string, source: string) => importsOf(from, source).map(wrong).filter(Boolean).length;
  for (const [from, source] of [
    ['web/state.ts', "import type { Tensor } from '../workers/tensor';"],
    ['web/state.ts', "import {\n  a,\n  b,\n} from '../workers/pipeline';"],
    ['web/state.ts', "import { wrap } from 'comlink';"],
    ['web/state.ts', "new Worker(new URL('../workers/cli.ts', import.meta.url))"],
    ['workers/diffusion/image.ts', "import type { Tensor } from '../tensor';"],
    ['workers/diffusion/schedule.ts', "import { x } from '../../models/sd15';"],
    ['workers/text/prompt.ts', "export { x } from '../diffusion/random';"],
    ['workers/backend/ort.ts', "import { x } from '../store/modelStore';"],
    ['workers/pipeline.ts', "const ort = await import('onnxruntime-web/wasm');"],
    ['workers/pipeline.ts', "import '../web/theme';"],
    ['models/pack.ts', "import { x } from '../workers/tensor';"],
    ['models/pack.ts', "import { x } from '../build/serve';"],
    ['models/pack.ts', "import leftPad from 'left-pad';"],
    ['build/serve.ts', "import { fromRoot } from '../spec/root';"],
  ] as const) {
    assert.is(refused(from, source), 1, `${from}: ${source}`);
  }
  for (const [from, source] of [
    ['web/engine.ts', "import { wrap } from 'comlink';\nimport type { EngineApi } from '../workers/api';"],
    ['web/engine.ts', "new Worker(new URL('../workers/engine.worker.ts', import.meta.url))"],
    ['workers/diffusion/schedule.ts', "import type { SchedulerConfig } from '../../models/sd15';"],
    ['workers/backend/ort.node.ts', "import * as ort from 'onnxruntime-web';"],
    ['spec/web/rgba.spec.ts', "import { toRgba } from '../../web/rgba';"],
    ['models/pack.ts', "/** import x from '../web/main' */\n// import y from 'left-pad';"],
  ] as const) {
    assert.is(refused(from, source), 0, `${from}: ${source}`);
  }
});

test('no file is a drawer: no utils, helpers, common, manager, base', () => {
  const stem = (path: string) => basename(path).replace(/\..*$/, '');
  const words = (path: string) => stem(path).split(/[-_]|(?=[A-Z])/);
  assert.equal(
    files.filter((path) => words(path).some((word) => VAGUE.has(word.toLowerCase()))),
    [],
  );
});

test(`no source file is longer than ${LONGEST} lines`, async () => {
  const lengths = await Promise.all(
    files.map(async (path) => ({ path, lines: (await read(path)).split('\n').length - 1 })),
  );
  assert.equal(
    lengths.filter(({ lines }) => lines > LONGEST).map(({ path, lines }) => `${path}: ${lines} lines`),
    [],
  );
});

test.run();
