/** What becomes of a picture before it is followed: the engine makes it, and the page shows it. */
import type { ChosenControl, ControlPreprocess, InitImage } from '../api';
import { cannyEdges } from './canny';
import { colorGrid } from './colorGrid';
import { resized } from './lanczos';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** `drawn`: the size of what is steered, at which edges are found: those of a larger picture would fade when it is made smaller. */
export function preprocessed(picture: InitImage, how: ControlPreprocess | undefined, drawn: Size): InitImage {
  switch (how?.type) {
    case undefined:
      return picture;
    case 'invert':
      return { ...picture, pixels: picture.pixels.map((value) => 255 - value) };
    case 'canny':
      return cannyEdges(atSize(picture, drawn), how);
    case 'color':
      return colorGrid(picture, drawn);
  }
}

const atSize = ({ width, height, pixels }: InitImage, drawn: Size): InitImage => ({
  ...{ width: drawn.width, height: drawn.height, pixels: resized(pixels, { width, height, channels: 3 }, drawn) },
});

/** `control` with what is followed in the place of its picture. */
export const followed = ({ preprocess, ...control }: ChosenControl, drawn: Size): ChosenControl => ({
  ...control,
  image: preprocessed(control.image, preprocess, drawn),
});
