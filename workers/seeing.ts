/** A UNet made for inpainting, asked like any other: what it sees besides the sample is put behind its channels. */
import type { Stage } from './backend/backend';
import type { Latents } from './diffusion/latents';
import type { Tensor, Tensors } from './tensor';

/** `beside` `[1, C, H, W]`, the same in every picture of a call. */
export function seeing(unet: Stage, beside: Latents): Stage {
  const seen = (inputs: Tensors): Tensors => ({ ...inputs, sample: joined(inputs.sample!, beside) });
  const { runEach } = unet;
  return {
    run: (inputs) => unet.run(seen(inputs)),
    ...(runEach ? { runEach: (all) => runEach.call(unet, all.map(seen)) } : {}),
    close: () => unet.close(),
  };
}

/** Channels of `sample` and then of `beside`, picture by picture. */
function joined({ shape, data }: Tensor, beside: Latents): Tensor {
  const [batch, channels, height, width] = shape as [number, number, number, number];
  const [own, more] = [data.length / batch, beside.data.length];
  const all = new Float32Array(batch * (own + more));
  for (let picture = 0; picture < batch; picture++) {
    const at = picture * (own + more);
    all.set(data.subarray(picture * own, (picture + 1) * own) as Float32Array, at);
    all.set(beside.data, at + own);
  }
  return { type: 'float32', shape: [batch, channels + beside.shape[1], height, width], data: all };
}
