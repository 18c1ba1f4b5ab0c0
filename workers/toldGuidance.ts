/**
 * Models that are told the scale of guidance (LCM: Luo et al. 2023, arXiv 2310.04378, section 4.2): the UNet is asked once a
 * step, with the prompt alone and the scale's embedding, as `StableDiffusionPipeline` of diffusers 0.42.1 does.
 */
import type { Stage } from './backend/backend';
import type { Tensor, Tensors } from './tensor';

/** `unet`, told `scale` at every call by an embedding `width` long. */
export function toldGuidance(unet: Stage, width: number, scale: number): Stage {
  const timestep_cond = scaleEmbedding(scale - 1, width);
  const told = (inputs: Tensors): Tensors => ({ ...inputs, timestep_cond });
  const { runEach } = unet;
  return {
    run: (inputs) => unet.run(told(inputs)),
    ...(runEach ? { runEach: (all) => runEach.call(unet, all.map(told)) } : {}),
    close: () => unet.close(),
  };
}

/** `get_guidance_scale_embedding` (pipeline_stable_diffusion.py): sines, then cosines of falling frequencies, `[1, width]`. */
export function scaleEmbedding(w: number, width: number): Tensor {
  const { fround } = Math;
  const half = width >> 1;
  const rate = fround(fround(Math.log(10_000)) / (half - 1));
  const angle = (i: number): number => fround(fround(fround(w) * 1000) * fround(Math.exp(fround(-i * rate))));
  const data = new Float32Array(width);
  for (let i = 0; i < half; i++) {
    data[i] = Math.sin(angle(i));
    data[half + i] = Math.cos(angle(i));
  }
  return { type: 'float32', shape: [1, width], data };
}
