/** Whether both passes of a guided step go through the UNet in one call, where the request leaves that open. */
import { CONSTANT_BYTES } from '../../models/graph/onnx/graphBuilder';
import type { Manifest } from '../../models/manifest';

import type { GraphOptions } from '../../models/pack';
import type { ImageRequest } from '../api';
import { drawingPeak } from './needs';
import { availableHeap, type Device } from './plan';

/**
 * Weights that stay narrow are widened in every call, which over few pixels takes longer than the products themselves:
 * one call for both passes then takes hardly longer than one for each (`npm run bench -- sd15 --only unet-256`).
 */
const MOST_PIXELS = 320 * 320;

/** `request`, its form of guidance decided. Two calls take the least memory, and are what a streamed UNet gets. */
export function withGuidanceFor(
  manifest: Manifest,
  request: ImageRequest,
  device: Device,
  lowering: GraphOptions = {},
): ImageRequest {
  if (request.guidance !== 'auto') return request;
  const oneCall = { ...request, guidance: 'one-call' } as const;
  const faster = request.width * request.height <= MOST_PIXELS && manifest.stages.unet.bytes > CONSTANT_BYTES;
  const fits = faster && drawingPeak(manifest, oneCall, 1, lowering) <= availableHeap(device);
  return fits ? oneCall : { ...request, guidance: 'two-calls' };
}
