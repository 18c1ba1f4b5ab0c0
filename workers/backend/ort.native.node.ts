/**
 * ONNX Runtime as a native library, for long work on a desktop: quantizing and judging. It is several times as fast as its
 * WebAssembly, and no part of this project's packages, since it is large: `npm install --no-save onnxruntime-node`.
 */
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StageFile } from '../../models/stage';
import { CodedError } from '../errors';
import type { Backend } from './backend';
import { type OrtLibrary, type OrtOptions, stageOver } from './ort';

/** Bytes of weights that are copied at a time. */
const TOGETHER = 1 << 26;

/** The library. Rejects with `backend-unavailable` where it is not installed. */
export async function nativeOrt(): Promise<OrtLibrary> {
  // Not a literal: the compiler need not find what is there only for some.
  const name: string = 'onnxruntime-node';
  const found = (await import(name).catch((cause: unknown) => {
    const details = { argument: name, expected: 'the package, by npm install --no-save onnxruntime-node', got: 'none' };
    throw new CodedError('backend-unavailable', details, { cause });
  })) as OrtLibrary & { readonly default?: OrtLibrary };
  return found.InferenceSession ? found : found.default!;
}

/** A backend that computes with every core, and whose memory is the system's. */
export function nativeBackend(ort: OrtLibrary, { graphOptimizationLevel = 'all' }: OrtOptions = {}): Backend {
  return {
    name: 'wasm',
    heapBytes: () => 0,
    async open(file, signal) {
      signal.throwIfAborted();
      const folder = await mkdtemp(join(tmpdir(), 'pocket-diffusion-'));
      const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
      try {
        const path = join(folder, 'graph.onnx');
        await writeFile(path, file.graph);
        await writeWeights(join(folder, file.weightsFile ?? 'weights'), file);
        const session = await ort.InferenceSession.create(path, {
          graphOptimizationLevel,
          intraOpNumThreads: availableParallelism(),
          // Threads that spin between two nodes take twice the processor's time, and others' where others work too.
          extra: { session: { intra_op: { allow_spinning: '0' } } },
          logSeverityLevel: 3,
        });
        const stage = stageOver(ort, session, file.name);
        // The library may look into the file for as long as the session lives.
        return { ...stage, close: () => stage.close().finally(remove) };
      } catch (error) {
        await remove();
        throw error;
      }
    },
  };
}

async function writeWeights(path: string, { weights }: StageFile): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (let at = 0; at < weights.bytes; at += TOGETHER) {
      await file.write(weights.read(at, Math.min(weights.bytes, at + TOGETHER)));
    }
  } finally {
    await file.close();
  }
}
