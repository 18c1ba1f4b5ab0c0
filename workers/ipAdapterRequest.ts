/** What may be asked of IP-Adapters. */
import type { IpAdapterRequest } from './api';
import { MOST_IMAGES } from './pictureFile/saidIpAdapters';
import { bad, finite, part, picture } from './ranges';

const MOST_SCALE = 10;

/** Throws `bad-argument`. */
export function checkIpAdapters({ ipAdapters }: IpAdapterRequest): void {
  if (!ipAdapters) return;
  if (ipAdapters.length === 0) throw bad('ipAdapters', 'one at least', '0');
  for (const { name, images, masks, scale = 1, ...when } of ipAdapters) {
    const of = (what: string): string => `ipAdapters: ${name}: ${what}`;
    finite(of('scale'), scale, 0, MOST_SCALE);
    part(of, when);
    if (images.length === 0 || images.length > MOST_IMAGES)
      throw bad(of('images'), `1 to ${MOST_IMAGES}`, String(images.length));
    for (const image of images) picture(of('images'), image);
    if (masks && masks.length !== images.length)
      throw bad(of('masks'), `${images.length}, one for each of images`, String(masks.length));
    for (const mask of masks ?? []) picture(of('masks'), mask);
  }
}
