/**
 * `node build/run.mjs build/bench/measureStage.ts VARIANT`: opens one stage in ORT-web, runs it, and prints one line of
 * JSON. A process of its own, because ORT's heap never shrinks: `heap` is that heap, the WebAssembly memory's size.
 */
import { nodeInt8Backend } from '../../workers/backend/int8/int8.node';
import { nodeWasmBackend } from '../../workers/backend/ort.node';
import { measured } from './measured';
import type { Variant } from './variants';

export async function main([json, runs = '2', threads = '2']: readonly string[]): Promise<number> {
  const variant = JSON.parse(json!) as Variant;
  const options = { threads: Number(threads) };
  const backend = variant.form === 'kernels' ? await nodeInt8Backend(options) : nodeWasmBackend(options);
  console.log(JSON.stringify(await measured(variant, backend, Number(runs), Number(threads))));
  return 0;
}
