/** What becomes of a picture before it is followed: the engine makes it, and the page shows it. */
import type { ChosenControl, ControlPreprocess, InitImage } from '../api';
import { cannyEdges } from './canny';

export function preprocessed(picture: InitImage, how: ControlPreprocess | undefined): InitImage {
  switch (how?.type) {
    case undefined:
      return picture;
    case 'invert':
      return { ...picture, pixels: picture.pixels.map((value) => 255 - value) };
    case 'canny':
      return cannyEdges(picture, how);
  }
}

/** `control` with what is followed in the place of its picture. */
export const followed = ({ preprocess, ...control }: ChosenControl): ChosenControl => ({
  ...control,
  image: preprocessed(control.image, preprocess),
});
