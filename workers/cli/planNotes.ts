/** What a person should know of how a drawing will be made, before it is. */
import type { Manifest } from '../../models/manifest';
import type { ImageRequest } from '../api';
import type { DrawingPlan, Planned } from '../memory/drawingPlan';
import { forecastSize, type SizeForecast } from '../memory/forecast';
import type { Device } from '../memory/plan';

/** What the drawing will take, where that is known to the page; nothing of what does not fit, whose note says it. */
export const peakNotes = ({ peakBytes, availableBytes }: DrawingPlan): string[] =>
  peakBytes <= availableBytes ? [`note: takes up to ${megabytes(peakBytes)} of memory`] : [];

/** What another size will take, by whoever is to draw it. */
export type ForecastOf = (manifest: Manifest, asked: Planned, device: Device) => SizeForecast;

/** One line for each thing that takes longer, looks different, or may not work, on `device`. `forecast` is the one that `plan` is of. */
export function planNotes(
  plan: DrawingPlan,
  asked: Planned & Pick<ImageRequest, 'memory'>,
  manifest: Manifest,
  device: Device,
  forecast: ForecastOf = forecastSize,
): string[] {
  const { courses, peakBytes, availableBytes } = plan;
  const notes: string[] = [];
  if (peakBytes > availableBytes) {
    const { largest } = forecast(manifest, asked, device);
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
