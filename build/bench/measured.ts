/** Opens one stage of a full-size model with made-up weights and runs it, in Node or in a browser's worker. */
import { deepShape } from '../../models/graph/unet';
import type { Backend } from '../../workers/backend/backend';
import { FIRST_TIMESTEP } from '../../workers/backend/int8/assemble';
import { streamedStage } from '../../workers/streamed';
import type { Tensors } from '../../workers/tensor';
import { inTiles } from '../../workers/tiles';
import { randomWeights } from './randomWeights';
import { SD15 } from './sd15Description';
import { type Variant, variantStage } from './variants';

export interface Measured {
  readonly load: number;
  /** Milliseconds of each run after the first, for each pass in it. */
  readonly runs: readonly number[];
  /** Bytes of WebAssembly memory once loaded, and at the end. */
  readonly loadedHeap: number;
  readonly heap: number;
  /** What the memory plan says that it will be. */
  readonly planned?: number;
  /** Root mean square of the output: a graph that computes nothing would be fast. */
  readonly rms: number;
}

export async function measured(variant: Variant, backend: Backend, runs: number, threads: number): Promise<Measured> {
  const { tensors, graph, network, lean, planned } = variantStage(variant, threads);
  const started = performance.now();
  const weights = randomWeights(tensors);
  const never = new AbortController().signal;
  const inSegments = graph && !(graph instanceof Uint8Array);
  const opened = inSegments
    ? streamedStage({ name: variant.stage, segments: graph, weights }, backend, never, { lean })
    : await backend.open({ name: variant.stage, graph: graph ?? new Uint8Array(), network, weights }, never, { lean });
  const stage = variant.tile ? inTiles('vae_decoder', opened, variant.tile, never) : opened;
  const load = performance.now() - started;
  const loadedHeap = backend.heapBytes();
  const times: number[] = [];
  let rms = 0;
  for (let i = 0; i <= runs; i++) {
    const begun = performance.now();
    const output = Object.values(await stage.run(inputsOf(variant))).at(-1);
    times.push((performance.now() - begun) / variant.batch);
    const data = output!.data as Float32Array;
    rms = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length);
  }
  await stage.close();
  return {
    ...{ load, runs: times.slice(1), loadedHeap, heap: backend.heapBytes(), rms },
    ...(planned ? { planned } : {}),
  };
}

export function inputsOf({ stage, pixels, batch, deep, first }: Variant): Tensors {
  const side = pixels / 8;
  const noise = (shape: readonly number[]) => {
    const count = shape.reduce((product, size) => product * size, 1);
    const data = Float32Array.from({ length: count }, (_, i) => 1.4 * Math.sin(i * 12.9898 + (i % 17)));
    return { type: 'float32' as const, shape, data };
  };
  switch (stage) {
    case 'text_encoder':
      return { input_ids: { type: 'int32', shape: [1, 77], data: new Int32Array(77).map((_, i) => i * 600) } };
    case 'unet':
      return {
        sample: noise([batch, 4, side, side]),
        timestep: { type: 'float32', shape: [1], data: Float32Array.of(first ? FIRST_TIMESTEP : 500) },
        encoder_hidden_states: noise([batch, 77, 768]),
        ...(deep ? { deep_features: noise(deepShape(SD15.unet, deep.branch, [batch, 0, side, side])) } : {}),
      };
    case 'vae_decoder':
      return { latents: noise([1, 4, side, side]) };
    case 'vae_encoder':
      return { image: noise([1, 3, pixels, pixels]) };
  }
}
