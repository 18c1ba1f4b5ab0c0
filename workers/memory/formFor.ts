/** In which numbers a checkpoint's weights are packed, where the user leaves that open. */
import type { Checkpoint } from '../../models/checkpoint';
import type { Manifest } from '../../models/manifest';
import { planModel } from '../../models/planModel';
import type { WeightForm } from '../../models/quantize/weightForm';
import type { HiresRequest, SavingRequest } from '../api';
import { largestPass } from '../hires';
import { nativeSize } from '../model';
import type { MemoryMode } from './course';
import { planDrawing } from './drawingPlan';
import type { PictureSize } from './needs';
import type { Device } from './plan';

/** Best first: exact numbers before rounded ones, and eight bits that are streamed before four that are not. */
const BY_QUALITY: readonly { readonly form: WeightForm; readonly memory: MemoryMode }[] = [
  { form: 'exact', memory: 'normal' },
  { form: 'int8', memory: 'auto' },
];

/**
 * How `checkpoint` is packed: as asked, or with `auto` in the best form in which a picture of this size, by default its
 * own, fits `device` (the smallest, where none does).
 */
export function planFor(
  checkpoint: Checkpoint,
  asked: WeightForm | 'auto',
  device: Device,
  {
    width,
    height,
    ...more
  }: { readonly [Side in keyof PictureSize]?: number | undefined } & HiresRequest & SavingRequest = {},
): Manifest {
  if (asked !== 'auto') return planModel(checkpoint, asked);
  const side = nativeSize(checkpoint.description);
  for (const { form, memory } of BY_QUALITY) {
    const plan = planModel(checkpoint, form);
    const picture = largestPass({ width: width ?? side, height: height ?? side, memory, ...more });
    const { peakBytes, availableBytes } = planDrawing(plan, picture, device);
    if (peakBytes <= availableBytes) return plan;
  }
  return planModel(checkpoint, 'int4');
}
