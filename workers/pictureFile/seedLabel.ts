/** What tells pictures apart that are drawn of one prompt. */
import type { ImageRequest, Picture } from '../api';

/** Whether the pictures of a batch are one seed's, told apart by their places: ComfyUI's noise is the whole batch's. */
export const sharesSeed = ({ rng, numImages }: Pick<ImageRequest, 'rng' | 'numImages'>): boolean =>
  rng === 'comfy' && numImages > 1;

/** `SEED`; of those that share it `SEED-SUBSEED` or `SEED-PLACE`. */
export function seedLabel(
  request: Pick<ImageRequest, 'rng' | 'numImages'>,
  { seed, subseed }: Pick<Picture, 'seed' | 'subseed'>,
  image: number,
): string {
  const other = subseed ?? (sharesSeed(request) ? image : undefined);
  return other === undefined ? `${seed}` : `${seed}-${other}`;
}
