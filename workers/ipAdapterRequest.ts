/** What may be asked of IP-Adapters. */
import type { IpAdapterRequest } from './api';
import { bad, finite } from './ranges';

const MOST_SCALE = 10;
const MOST_IMAGES = 16;

/** Throws `bad-argument`. */
export function checkIpAdapters({ ipAdapters }: IpAdapterRequest): void {
  if (!ipAdapters) return;
  if (ipAdapters.length === 0) throw bad('ipAdapters', 'one at least', '0');
  for (const { name, images, scale = 1, start = 0, end = 1 } of ipAdapters) {
    const of = (what: string): string => `ipAdapters: ${name}: ${what}`;
    finite(of('scale'), scale, 0, MOST_SCALE);
    finite(of('start'), start, 0, 1);
    finite(of('end'), end, 0, 1);
    if (start >= end) throw bad(of('end'), `above its start, ${start}`, String(end));
    if (images.length === 0 || images.length > MOST_IMAGES)
      throw bad(of('images'), `1 to ${MOST_IMAGES}`, String(images.length));
    for (const { width, height, pixels } of images) {
      const bytes = 3 * width * height;
      if (bytes === 0 || pixels.length !== bytes)
        throw bad(of('images'), `${width} × ${height} pixels of 3 bytes`, `${pixels.length} bytes`);
    }
  }
}
