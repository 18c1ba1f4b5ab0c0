/** Part of `api.ts`: what a drawing will take. Types only. */
import type { WeightForm as StoredForm } from '../../models/quantize/weightForm';

/** What a picture would need, told before it is begun. */
export interface Forecast {
  /** Memory at the worst moment, bytes: weights, activations, buffers. */
  readonly peakBytes: number;
  /** What this device was found to give. */
  readonly availableBytes: number;
  readonly fits: boolean;
  /** Whether the UNet's weights are read anew for every step so that it fits, which costs time. */
  readonly streamed: boolean;
  /** Whether the picture is decoded in tiles so that it fits, which shows a little. */
  readonly tiled: boolean;
  /** The form of the weights that this counts with. */
  readonly weights: StoredForm;
  /** The largest size of this shape that fits, pixels; absent where this one does, or where none does. */
  readonly largest?: { readonly width: number; readonly height: number };
}
