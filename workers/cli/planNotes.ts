/** What a person should know of how a drawing will be made, before it is. */
import type { ImageRequest } from '../api';
import { LOW_HEAP_BYTES } from '../memory/course';
import type { DrawingPlan, Planned } from '../memory/drawingPlan';
import type { SizeForecast } from '../memory/forecast';

/**
 * What the drawing will take on our own kernels, where that is known to the page, and why it is no less where little was asked for; nothing of
 * what does not fit, whose note says it.
 */
export function peakNotes(
  { peakBytes, availableBytes }: DrawingPlan,
  { memory }: Pick<ImageRequest, 'memory'>,
): string[] {
  if (peakBytes > availableBytes) return [];
  const above = memory === 'low' && peakBytes > LOW_HEAP_BYTES;
  const why = above ? ', the least with wasm-int8, which keeps the weights in memory; wasm can read them in parts' : '';
  return [`note: takes up to ${megabytes(peakBytes)} of memory${why}`];
}

/** One line for each thing that takes longer, looks different, or may not work; `forecast` is that of the same drawing. */
export function planNotes(
  plan: DrawingPlan,
  asked: Planned & Pick<ImageRequest, 'memory'>,
  forecast: () => Pick<SizeForecast, 'largest'>,
): string[] {
  const { courses, peakBytes, availableBytes } = plan;
  const notes: string[] = [];
  if (peakBytes > availableBytes) {
    const { largest } = forecast();
    const advice = largest ? `${largest.width} × ${largest.height} would fit` : 'no size of this shape would fit';
    notes.push(
      `note: ${asked.width} × ${asked.height} needs about ${megabytes(peakBytes)} and this machine gives ` +
        `${megabytes(availableBytes)}: it may run out of memory; ${advice}`,
    );
  }
  if (courses.unet.segments && asked.memory === 'auto') {
    notes.push(
      'note: the weights are read in parts, anew for every step, which takes time: as a whole they do not fit this machine',
    );
  }
  const why = asked.memory === 'low' ? '' : ': as a whole that does not fit this machine';
  const ways = [...(courses.vae_encoder?.tile ? ['encoded'] : []), ...(courses.vae_decoder.tile ? ['decoded'] : [])];
  if (ways.length > 0) notes.push(`note: the picture is ${ways.join(' and ')} in tiles, which shows a little${why}`);
  return notes;
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
