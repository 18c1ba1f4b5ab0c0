/** In which numbers a checkpoint's weights are packed, where the user leaves that open. */
import type { Checkpoint } from '../../models/checkpoint';
import type { Manifest } from '../../models/manifest';
import { planModel } from '../../models/planModel';
import type { WeightForm } from '../../models/quantize/weightForm';
import { nativeSize } from '../model';
import { COURSES, type Course } from './course';
import { Needs } from './needs';
import { availableHeap, type Device } from './plan';

/** Best first: exact numbers before rounded ones, and eight bits that are streamed before four that are not. */
const BY_QUALITY: readonly { readonly form: WeightForm; readonly courses: readonly Course[] }[] = [
  { form: 'exact', courses: COURSES.normal },
  { form: 'int8', courses: COURSES.auto },
];

/**
 * How `checkpoint` is packed: as asked, or with `auto` in the best form in which its own size of picture fits `device`
 * (the smallest, where none does).
 */
export function planFor(checkpoint: Checkpoint, asked: WeightForm | 'auto', device: Device): Manifest {
  if (asked !== 'auto') return planModel(checkpoint, asked);
  const side = nativeSize(checkpoint.description);
  const room = availableHeap(device);
  for (const { form, courses } of BY_QUALITY) {
    const plan = planModel(checkpoint, form);
    const needs = new Needs(plan, { width: side, height: side });
    if (courses.some((course) => needs.drawing(course) <= room)) return plan;
  }
  return planModel(checkpoint, 'int4');
}
