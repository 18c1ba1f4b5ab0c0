/** The picture that the next drawing begins from, where a person has given one; gone with the visit. */
import { signal } from '@preact/signals';
import type { ImageRequest, InitImage, MaskedContent, MaskImage } from '../workers/api';

export interface InitPicture {
  readonly name: string;
  /** As it was given. */
  readonly picture: InitImage;
  /** Where it was painted on, of the same size; `undefined` where nowhere. */
  readonly mask?: MaskImage | undefined;
  readonly strength: number;
  /** Of a mask, or of what is beyond an edge. */
  readonly maskBlur: number;
  readonly maskedContent: MaskedContent;
  /** Draws only the part that the paint is in, with so many pixels around it; `undefined`: all of it. */
  readonly padding?: number | undefined;
  /** Pixels by which the picture goes on; in place of a mask where there are any. */
  readonly beyond: readonly [left: number, top: number, right: number, bottom: number];
  /** Brings both to the size that is drawn: a part of the page that comes late. */
  readonly brought: (init: InitPicture, size: Pick<ImageRequest, 'width' | 'height'>) => Partial<ImageRequest>;
}

export const init = signal<InitPicture | undefined>(undefined);

/** What `request` begins from. */
export function initFor(size: Pick<ImageRequest, 'width' | 'height'>): Partial<ImageRequest> {
  const given = init.value;
  return given ? given.brought(given, size) : {};
}
