/** A picture's pixels on a canvas, one to one; the style sheet sizes it. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Picture } from '../../workers/api';
import { toRgba } from '../rgba';

interface Props {
  readonly picture: Pick<Picture, 'width' | 'height' | 'pixels'>;
  readonly label: string;
  readonly testid?: string;
}

export function PictureCanvas({ picture, label, testid }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const image = new ImageData(toRgba(picture.pixels), picture.width, picture.height);
    canvas.current?.getContext('2d')?.putImageData(image, 0, 0);
  }, [picture]);
  const { width, height } = picture;
  return <canvas ref={canvas} data-testid={testid} role="img" aria-label={label} {...{ width, height }} />;
}
