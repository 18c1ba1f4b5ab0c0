/**
 * ControlNets of which only the mean of each channel counts (`global_pool_conditions` of diffusers 0.42.1, controlnet.py; shuffle): they say what
 * colors there are, and not where.
 */
import type { Stage } from './backend/backend';
import type { Tensor, Tensors } from './tensor';

/** `stage` with all that it makes, `[B, C, H, W]`, as such means, everywhere. */
export function pooledStage(stage: Stage): Stage {
  const { runEach } = stage;
  return {
    ...stage,
    run: async (inputs) => pooled(await stage.run(inputs)),
    ...(runEach ? { runEach: async (inputs) => (await runEach(inputs)).map(pooled) } : {}),
  };
}

const pooled = (made: Tensors): Tensors =>
  Object.fromEntries(Object.entries(made).map(([name, tensor]) => [name, means(tensor)]));

function means({ shape, data, type }: Tensor): Tensor {
  const area = shape[2]! * shape[3]!;
  const all = new Float32Array(data.length);
  for (let at = 0; at < all.length; at += area) {
    let sum = 0;
    for (let i = at; i < at + area; i++) sum += data[i]!;
    all.fill(sum / area, at, at + area);
  }
  return { type, shape, data: all } as Tensor;
}
