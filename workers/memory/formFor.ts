/** In which numbers a checkpoint's weights are packed, where the user leaves that open. */
import type { Checkpoint } from '../../models/checkpoint';
import type { Manifest } from '../../models/manifest';
import { planModel } from '../../models/planModel';
import type { WeightForm } from '../../models/quantize/weightForm';
import type { HiresRequest, SavingRequest } from '../api';
import type { PlannedSteering } from '../controlModel';
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

/** What is to be drawn, as far as it is known. */
export type Drawn = { readonly [Side in keyof PictureSize]?: number | undefined } & HiresRequest &
  SavingRequest & {
    /** What steers it, as it is packed beside a model: in the same numbers. */
    readonly steeredBy?: (plan: Manifest) => readonly PlannedSteering[];
  };

/**
 * How `checkpoint` is packed: as asked, or with `auto` in the best form in which a picture of this size, by default its
 * own, fits `device` with all that is open beside (the smallest, where none does).
 */
export function planFor(
  checkpoint: Checkpoint,
  asked: WeightForm | 'auto',
  device: Device,
  { width, height, steeredBy, ...more }: Drawn = {},
): Manifest {
  if (asked !== 'auto') return planModel(checkpoint, asked);
  const side = nativeSize(checkpoint.description);
  for (const { form, memory } of BY_QUALITY) {
    const plan = planModel(checkpoint, form);
    const picture = largestPass({ width: width ?? side, height: height ?? side, memory, ...more });
    const steering = steeredBy?.(plan) ?? [];
    const { peakBytes, availableBytes } = planDrawing(plan, { ...picture, steering }, device);
    if (peakBytes <= availableBytes) return plan;
  }
  return planModel(checkpoint, 'int4');
}
