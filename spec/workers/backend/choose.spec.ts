/**
 * The gate before what a page computes with: on offer is what has passed the self-test in this browser, the rest with the reason; and what
 * Auto makes of that. The gate and the test are the page's own; what they ask for backends is made up here.
 */
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { toBackend } from '../../../web/backends';
import { INITIAL } from '../../../web/reducer';
import { late } from '../../../web/words/en.late';
import type { BackendReport, OwnBackendName } from '../../../workers/api';
import type { Backend } from '../../../workers/backend/backend';
import { EXPECTED, STRIDE } from '../../../workers/backend/selfTest';
import type { CodedError } from '../../../workers/errors';
import { fromRoot } from '../../root';

/** `choose.ts`, which is checked with the browser's types, and the errors that it knows. */
interface Gate {
  backend(name: OwnBackendName): Promise<Backend>;
  bestBackend(): Promise<OwnBackendName>;
  backendReports(): Promise<BackendReport[]>;
  readonly CodedError: typeof CodedError;
}

/** What the browser has, to be opened by the gate. */
interface Browser {
  int8(): Promise<Backend>;
  webgpu?(): Promise<Backend>;
  readonly isFallbackAdapter?: boolean;
}

/** In the place of the two files that bring backends in: whatever `browser` has. */
const ASKED = `
const { browser, ended } = globalThis.madeUp;
const opened = async (name) => {
  const backend = await browser[name]();
  return { ...backend, backend, close: () => ended.push(name) };
};
export const browserInt8Backend = () => opened('int8');
export const browserWebgpuBackend = () => opened('webgpu');
export const browserWasmBackend = () => opened('wasm');
export const wasmThreads = () => 4;`;
const madeUp: Plugin = {
  name: 'made up',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/(ort|int8)\.browser$/ }, ({ path }) => ({ path, namespace: 'made-up' }));
    onLoad({ filter: /.*/, namespace: 'made-up' }, () => ({ contents: ASKED }));
  },
};

const GATE = fromRoot('dist/node/spec/gate.mjs');
await build({
  stdin: {
    contents: "export * from './workers/backend/choose'; export * from './workers/errors';",
    resolveDir: fromRoot('.'),
  },
  ...{ outfile: GATE, bundle: true, platform: 'node', format: 'esm', packages: 'external', plugins: [madeUp] },
});

let visits = 0;

/** A page's first visit: nothing has been opened yet. */
async function visit(browser: Browser): Promise<Gate & { readonly ended: readonly string[] }> {
  const ended: string[] = [];
  const { webgpu, isFallbackAdapter = false } = browser;
  const gpu = webgpu && { requestAdapter: async () => ({ info: { isFallbackAdapter } }) };
  const globals = { madeUp: { browser, ended }, self: { crossOriginIsolated: true }, navigator: { gpu } };
  for (const [name, value] of Object.entries(globals))
    Object.defineProperty(globalThis, name, { value, configurable: true });
  return { ...((await import(`${pathToFileURL(GATE)}?${visits++}`)) as Gate), ended };
}

/** Computes the self-test's numbers times `factor`; counts how often it is opened. */
function counting(name: Backend['name'], factor = 1): Backend & { opened: number } {
  const backend = {
    ...{ name, opened: 0, heapBytes: () => 0 },
    async open() {
      backend.opened++;
      return {
        run: async ({ timestep }: Parameters<Awaited<ReturnType<Backend['open']>>['run']>[0]) => {
          const [, numbers] = EXPECTED.find(([at]) => at === timestep!.data[0])!;
          const data = new Float32Array(STRIDE * numbers.length);
          for (const [i, value] of numbers.entries()) data[i * STRIDE] = factor * value;
          return { noise: { type: 'float32' as const, shape: [1, 4, 12, 10], data } };
        },
        close: async () => undefined,
      };
    },
  };
  return backend;
}

const opens = (backend: Backend) => async (): Promise<Backend> => backend;
const throwing: Backend = { ...counting('wasm-int8'), open: () => Promise.reject(new Error('unreachable executed')) };

/** What Auto comes to for a model in eight bits, by what was reported; and what is said of `name` where it is not on offer. */
const auto = (backends: readonly BackendReport[]) =>
  toBackend(
    'auto',
    { ...INITIAL, backends: [...backends] },
    { modelId: 'a', kept: { weights: 'int8', bytes: 1e9 }, width: 512, height: 512 },
  );
const by = (backends: readonly BackendReport[], name: BackendReport['name']) =>
  backends.find((report) => report.name === name)!;
const saidOf = ({ name, why }: BackendReport): string => late.backendWhy(name, why, []);

test('kernels that pass the test are on offer and are what Auto comes to, and the page says that they were tested', async () => {
  const int8 = counting('wasm-int8');
  const { backendReports, backend, bestBackend, ended } = await visit({ int8: opens(int8) });
  const reports = await backendReports();
  assert.equal(by(reports, 'wasm-int8'), { name: 'wasm-int8', available: true, why: '', threads: 4 });
  assert.is(by(reports, 'webgpu').why, 'no-webgpu');
  assert.is(auto(reports), 'wasm-int8');
  assert.match(late.autoIs('CPU, 8 bits', true), /tested on this device/);
  assert.is((await backend('wasm-int8')).name, 'wasm-int8');
  // Once for a visit, however often it is asked for.
  await backendReports();
  assert.is(int8.opened, 1);
  assert.equal(ended, []);
  // A host's pictures are drawn on exactly, where the host falls.
  assert.is(await bestBackend(), 'wasm');
});

for (const [what, int8] of [
  ['compute other numbers', opens(counting('wasm-int8', 1.2))],
  ['compute none', opens(counting('wasm-int8', Number.NaN))],
  ['throw in the test', opens(throwing)],
  ['cannot be started', () => Promise.reject(new Error('no memory'))],
] as const) {
  test(`kernels that ${what} are not on offer, with the reason, nor what Auto comes to, nor to be had by name`, async () => {
    const { backendReports, backend, CodedError } = await visit({ int8 });
    const reports = await backendReports();
    assert.equal(by(reports, 'wasm-int8'), {
      ...{ name: 'wasm-int8', available: false, why: 'self-test-failed', threads: 4 },
    });
    assert.match(saidOf(by(reports, 'wasm-int8')), /miscalculated a test, so it is not used/);
    assert.is(auto(reports), 'wasm');
    assert.is(
      toBackend('wasm-int8', { ...INITIAL, backends: reports }, { modelId: 'a', width: 512, height: 512 }),
      'wasm',
    );
    await backend('wasm-int8').then(
      () => assert.unreachable(),
      (thrown) => {
        if (what === 'cannot be started') return;
        assert.instance(thrown, CodedError);
        assert.equal(
          [thrown.code, thrown.argument, thrown.got],
          ['backend-unavailable', 'wasm-int8', 'self-test-failed'],
        );
      },
    );
  });
}

test('kernels whose program does not come prove nothing: it is said as such, and they are tried again', async () => {
  let fetched = false;
  const gate: Gate = await visit({
    int8: async () => {
      if (fetched) return counting('wasm-int8');
      throw new gate.CodedError('download-failed', { argument: 'program', expected: 'to be fetched', got: 'offline' });
    },
  });
  const reports = await gate.backendReports();
  assert.is(by(reports, 'wasm-int8').why, 'download-failed');
  assert.match(saidOf(by(reports, 'wasm-int8')), /did not arrive/);
  assert.is(auto(reports), 'wasm');
  fetched = true;
  assert.is(auto(await gate.backendReports()), 'wasm-int8');
});

test('a GPU that passes the test is what Auto comes to, and the kernels are then tested only when they are asked for', async () => {
  const int8 = counting('wasm-int8', 1.2);
  const gate = await visit({ int8: opens(int8), webgpu: opens(counting('webgpu')) });
  const reports = await gate.backendReports();
  assert.equal([by(reports, 'webgpu').why, auto(reports), int8.opened], ['', 'webgpu', 0]);
  assert.is(await gate.bestBackend(), 'webgpu');
  assert.is(await gate.backend('wasm-int8').catch(({ got }) => got), 'self-test-failed');
});

test('a GPU that fails it, or that the CPU imitates, leaves Auto the kernels', async () => {
  for (const [webgpu, isFallbackAdapter, why] of [
    [counting('webgpu', 1.01), false, 'self-test-failed'],
    [counting('webgpu'), true, 'software'],
  ] as const) {
    const browser = { int8: opens(counting('wasm-int8')), webgpu: opens(webgpu), isFallbackAdapter };
    const { backendReports, bestBackend } = await visit(browser);
    const reports = await backendReports();
    assert.equal([by(reports, 'webgpu').why, auto(reports)], [why, 'wasm-int8']);
    assert.is(await bestBackend(), 'wasm');
  }
});

test.run();
