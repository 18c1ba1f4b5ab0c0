/** The picture to draw from, and on it, painted with a finger, a pen or a mouse, what is to be drawn anew. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { MaskImage } from '../../workers/api';
import { init } from '../initPicture';
import { toRgba } from '../rgba';
import { lateWords } from '../words';

interface Props {
  /** Of the brush, as a part of the longer side. */
  readonly radius: number;
}

export function MaskPainter({ radius }: Props) {
  const late = lateWords();
  const picture = useRef<HTMLCanvasElement>(null);
  const paint = useRef<HTMLCanvasElement>(null);
  const last = useRef<readonly [number, number] | undefined>(undefined);
  const { picture: given, mask } = init.value!;
  const { width, height } = given;
  useLayoutEffect(() => {
    picture.current!.getContext('2d')!.putImageData(new ImageData(toRgba(given.pixels), width, height), 0, 0);
  }, [given]);
  useLayoutEffect(() => {
    if (!mask) paintOn(paint.current!).clearRect(0, 0, width, height);
  }, [mask]);

  const stroke = (event: PointerEvent): void => {
    const canvas = paint.current!;
    const box = canvas.getBoundingClientRect();
    const at = [
      ((event.clientX - box.left) * width) / box.width,
      ((event.clientY - box.top) * height) / box.height,
    ] as const;
    const context = paintOn(canvas);
    Object.assign(context, { lineCap: 'round', lineWidth: 2 * radius * Math.max(width, height), strokeStyle: '#000' });
    context.beginPath();
    context.moveTo(...(last.current ?? at));
    context.lineTo(...at);
    context.stroke();
    last.current = at;
  };
  const end = (): void => {
    if (!last.current) return;
    last.current = undefined;
    init.value = { ...init.value!, mask: maskOf(paint.current!) };
  };
  return (
    <div class="painter">
      <canvas ref={picture} role="img" aria-label={init.value!.name} {...{ width, height }} />
      <canvas
        ref={paint}
        data-testid="mask"
        role="img"
        aria-label={late.paintHere}
        {...{ width, height }}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          stroke(event);
        }}
        onPointerMove={(event) => last.current && stroke(event)}
        onPointerUp={end}
        onPointerCancel={end}
      />
    </div>
  );
}

/** Read after every stroke. */
const paintOn = (canvas: HTMLCanvasElement): CanvasRenderingContext2D =>
  canvas.getContext('2d', { willReadFrequently: true })!;

/** White where something is painted. */
function maskOf(canvas: HTMLCanvasElement): MaskImage {
  const { width, height } = canvas;
  const { data } = paintOn(canvas).getImageData(0, 0, width, height);
  return { width, height, pixels: Uint8Array.from({ length: width * height }, (_, i) => data[4 * i + 3]!) };
}
