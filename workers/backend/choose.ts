/** Which backends this browser can use, and why not where it cannot. Each is brought up once, when first needed. */
import { later } from '../../models/later';
import type { BackendReport, OwnBackendName } from '../api';
import { CodedError } from '../errors';
import type { Backend } from './backend';
import { browserWasmBackend, browserWebgpuBackend, wasmThreads } from './ort.browser';

/** Why WebGPU is not on offer; the page has words for each. */
type WhyNot = 'no-webgpu' | 'no-adapter' | 'self-test-failed';

const opened = new Map<OwnBackendName, Promise<Backend>>();

const OPENINGS: Readonly<Record<OwnBackendName, () => Promise<Backend>>> = {
  wasm: browserWasmBackend,
  'wasm-int8': provenInt8,
  webgpu: provenWebgpu,
};

/** The backend `name`. Rejects with `backend-unavailable` and the reason's code. */
export function backend(name: OwnBackendName): Promise<Backend> {
  let opening = opened.get(name);
  if (!opening) {
    opening = OPENINGS[name]();
    opened.set(name, opening);
    opening.catch(() => opened.delete(name));
  }
  return opening;
}

/** The faster of those that this browser can use. */
export async function bestBackend(): Promise<OwnBackendName> {
  const reports = await backendReports();
  return reports.some(({ name, why }) => name === 'webgpu' && why === '') ? 'webgpu' : 'wasm';
}

export async function backendReports(): Promise<BackendReport[]> {
  const wasm: BackendReport = {
    name: 'wasm',
    available: true,
    why: self.crossOriginIsolated ? '' : 'no-threads',
    threads: wasmThreads(),
  };
  const why = await backend('webgpu').then(async () => ((await isSoftware()) ? 'software' : ''), whyNotOf);
  // Where a GPU is the better choice, it is tested when it is asked for: what it needs is fetched then.
  const untold = why === '' ? '' : await backend('wasm-int8').then(() => '', whyNotOf);
  const int8: BackendReport = { ...wasm, name: 'wasm-int8', ...(untold ? { available: false, why: untold } : {}) };
  return [wasm, int8, { name: 'webgpu', available: why === '' || why === 'software', why, threads: 1 }];
}

/** A library that did not arrive proves nothing against the GPU; whatever else it throws does. */
function whyNotOf(thrown: unknown): string {
  if (!(thrown instanceof CodedError)) return 'self-test-failed';
  return thrown.code === 'backend-unavailable' ? thrown.got : thrown.code;
}

/** A GPU made of CPU (SwiftShader, WARP) is right and slow: there for who asks for it by name. */
async function isSoftware(): Promise<boolean> {
  const adapter = await navigator.gpu?.requestAdapter();
  return adapter?.info.isFallbackAdapter === true;
}

/** WebGPU with an adapter that has shown it can count: drivers have been seen to compute garbage without an error. */
async function provenWebgpu(): Promise<Backend> {
  if (!navigator.gpu) throw unavailable('no-webgpu');
  if (!(await navigator.gpu.requestAdapter())) throw unavailable('no-adapter');
  const webgpu = await browserWebgpuBackend();
  const { selfTest } = await later(import('./selfTest'));
  if (!(await selfTest(webgpu))) throw unavailable('self-test-failed');
  return webgpu;
}

/** Our own kernels, once they have shown the same. */
async function provenInt8(): Promise<Backend> {
  const { browserInt8Backend } = await later(import('./int8/int8.browser'));
  const int8 = await browserInt8Backend();
  try {
    const { selfTest } = await later(import('./selfTest'));
    if (!(await selfTest(int8.backend))) throw unavailable('self-test-failed', 'wasm-int8');
    return int8.backend;
  } catch (thrown) {
    // Threads, and their memories, would live as long as the page.
    int8.close();
    throw thrown;
  }
}

const unavailable = (got: WhyNot, argument: OwnBackendName = 'webgpu') =>
  new CodedError('backend-unavailable', { argument, expected: 'one that passes the self-test', got });
