/**
 * ONNX Runtime Web as a backend: on the CPU (WebAssembly, with threads where memory can be shared) and on the GPU
 * (WebGPU). One file: the two differ in the execution provider. Foreign shapes stop here: inside are ORT's tensors and
 * sessions, outside ours. `ort.browser.ts` and `ort.node.ts` bring the library; nothing else may import it.
 */
import type * as Ort from 'onnxruntime-web';
import { notFetched } from '../../models/later';
import type { StageFile } from '../../models/stage';
import type { BackendName } from '../api';
import { CodedError } from '../errors';
import type { Tensor, Tensors } from '../tensor';
import type { Backend, OpenOptions, Stage } from './backend';
import { ExternalData } from './externalData';
import { heapBytes } from './heap';

/** The library as either bundle exports it. */
export type OrtLibrary = Pick<typeof Ort, 'env' | 'InferenceSession' | 'Tensor'>;

export interface OrtOptions {
  /** `disabled` exists for the specs that look for miscompiled graphs; users get `all`. */
  readonly graphOptimizationLevel?: 'disabled' | 'all';
}

/** A backend over a loaded library. `name` is also the execution provider's. */
export function ortBackend(ort: OrtLibrary, name: BackendName, options: OrtOptions = {}): Backend {
  return {
    name,
    heapBytes,
    async open(file: StageFile, signal: AbortSignal, { lean = false }: OpenOptions = {}): Promise<Stage> {
      signal.throwIfAborted();
      const weights = new ExternalData(file.weights);
      const session = await createSession(ort, file, weights, name, { ...options, lean }).catch((thrown: unknown) => {
        throw weights.thrown ?? asCoded(thrown, file.name, file.weights.bytes);
      });
      return stageOver(ort, session, file.name);
    },
  };
}

function createSession(
  ort: OrtLibrary,
  { graph, weightsFile: path = 'weights' }: StageFile,
  data: Uint8Array,
  name: BackendName,
  options: OrtOptions & OpenOptions,
) {
  return ort.InferenceSession.create(graph, {
    executionProviders: [name],
    graphOptimizationLevel: options.graphOptimizationLevel ?? 'all',
    // Nodes run one by one in either mode on the CPU. But only for `sequential` does ORT plan buffers to be shared by values
    // of equal shape however far apart, and keeps each from first to last.
    executionMode: options.lean && name === 'wasm' ? 'parallel' : 'sequential',
    externalData: [{ path, data }],
    // Only errors: ORT warns about every node that WebGPU leaves on the CPU.
    logSeverityLevel: 3,
  });
}

/** An opened session behind our interface. */
export function stageOver(ort: OrtLibrary, session: Ort.InferenceSession, name: string): Stage {
  return {
    async run(inputs: Tensors): Promise<Tensors> {
      const feeds: Record<string, Ort.Tensor> = {};
      for (const [key, tensor] of Object.entries(inputs)) feeds[key] = toOrt(ort, tensor);
      try {
        const fetched = await session.run(feeds);
        return Object.fromEntries(Object.entries(fetched).map(([key, value]) => [key, fromOrt(key, value)]));
      } catch (thrown) {
        throw asCoded(thrown, name, 0);
      }
    },
    close: () => session.release(),
  };
}

function toOrt(ort: OrtLibrary, tensor: Tensor): Ort.Tensor {
  return tensor.type === 'float32'
    ? new ort.Tensor('float32', tensor.data, tensor.shape)
    : new ort.Tensor('int32', tensor.data, tensor.shape);
}

function fromOrt(name: string, value: Ort.OnnxValue): Tensor {
  const tensor = value as Ort.Tensor;
  if (tensor.type !== 'float32') {
    throw new CodedError('bad-model', { argument: `output ${name}`, expected: 'float32', got: tensor.type });
  }
  return { type: 'float32', shape: tensor.dims, data: tensor.data as Float32Array };
}

/** ORT fetches its WebAssembly by itself, and says so where that, or a server's excuse, does not come: each browser in its words. */
const NOT_FETCHED =
  /fetching of the wasm failed|dynamically imported module|module script failed|failed to fetch|load failed|NetworkError|magic (word|header)/i;

/** ORT reports a full heap in several tongues: C++ bad_alloc, a JS RangeError, or a bare number (a C++ exception's address). */
function asCoded(thrown: unknown, stage: string, bytes: number): unknown {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  if (NOT_FETCHED.test(text)) return notFetched(thrown);
  const outOfMemory =
    typeof thrown === 'number' || /bad_alloc|out of memory|allocation failed|failed to allocate/i.test(text);
  if (!outOfMemory) return thrown;
  const expected = bytes > 0 ? `memory for ${bytes} bytes of weights and the work on them` : 'memory to run it in';
  return new CodedError('out-of-memory', { argument: stage, expected, got: text }, { cause: thrown });
}
