/** How a drawing is made on our own kernels: there is one way, and what it takes at most is known to the page of memory. */
import { VAE_FACTOR } from '../../models/graph/vae';
import type { Manifest } from '../../models/manifest';
import type { StageName, StageSize } from '../../models/stage';
import { DRAWN, FASTEST } from './course';
import { type DrawingPlan, int8Guidance, type Planned } from './drawingPlan';
import { largestOf, type SizeForecast } from './forecast';
import { int8Bytes } from './int8Bytes';
import { type PictureSize, unetSizes } from './needs';
import { availableHeap, type Device } from './plan';
import { int8SteeringBytes } from './steeringBytes';

/** As `forecastSize`. */
export function forecastInt8(manifest: Manifest, asked: Planned, device: Device, threads: number): SizeForecast {
  const plan = (one: PictureSize): DrawingPlan => int8Plan(manifest, { ...asked, ...one }, device, threads);
  const { peakBytes, availableBytes } = plan(asked);
  const fits = peakBytes <= availableBytes;
  const largest = fits ? undefined : largestOf(asked, (one) => plan(one).peakBytes <= availableBytes);
  return { peakBytes, availableBytes, fits, streamed: false, tiled: false, ...(largest ? { largest } : {}) };
}

export function int8Plan(manifest: Manifest, asked: Planned, device: Device, threads: number): DrawingPlan {
  const { description, stages } = manifest;
  const guidance = int8Guidance(asked);
  const size = { batch: 1, height: asked.height / VAE_FACTOR, width: asked.width / VAE_FACTOR };
  const opened = [...DRAWN, ...(asked.initImage ? (['vae_encoder'] as const) : [])];
  const bytesOf = (stage: StageName, each: StageSize): number =>
    int8Bytes({ description, stage, size: each, tensors: stages[stage].tensors }, threads);
  const passes = { ...size, batch: guidance === 'one-call' ? 2 : 1 };
  const [unet, ...shallow] = unetSizes(passes, asked);
  const alone = opened.map((stage) => bytesOf(stage, stage === 'unet' ? unet! : size));
  // Memories never shrink: what was open beside the UNet, or ONNX Runtime's before it, is still there when a larger network follows.
  const others = (asked.beside ?? 0) + (asked.before ?? 0) + int8SteeringBytes(asked, passes, threads);
  const beside = shallow.reduce((sum, each) => sum + bytesOf('unet', each), others);
  return { courses: FASTEST, guidance, peakBytes: Math.max(...alone) + beside, availableBytes: availableHeap(device) };
}
