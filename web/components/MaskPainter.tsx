/**
 * A picture, and on it what is painted with a finger, a pen, a mouse or the keyboard: what is to be drawn anew of it, or where another picture counts.
 * Arrows move the brush, with Shift they paint on their way, and Space paints where it is.
 */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { InitImage, MaskImage } from '../../workers/api';
import { toRgba } from '../rgba';
import type { Size } from '../sizes';

interface Props {
  /** Of what is painted on, pixels. */
  readonly size: Size;
  /** What lies below the paint, brought to that size; nothing where there is none. */
  readonly picture?: InitImage | undefined;
  readonly name?: string;
  /** White where something is painted already, of any size. */
  readonly mask: MaskImage | undefined;
  /** Of the brush, as a part of the longer side. */
  readonly radius: number;
  readonly testid: string;
  /** What is to be painted. */
  readonly label: string;
  readonly onPaint: (mask: MaskImage) => void;
}

type Point = readonly [x: number, y: number];

const ARROWS: Readonly<Record<string, Point>> = {
  ...{ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] },
};

/** Keys are its own: a screen reader hands them on. */
const PAINTED = { role: 'application', tabIndex: 0 } as const;

export function MaskPainter({ size: { width, height }, picture, name, mask, radius, testid, label, onPaint }: Props) {
  const below = useRef<HTMLCanvasElement>(null);
  const paint = useRef<HTMLCanvasElement>(null);
  const last = useRef<Point | undefined>(undefined);
  const own = useRef<MaskImage | undefined>(undefined);
  const [brush, setBrush] = useState<Point>([0.5, 0.5]);
  const longer = Math.max(width, height);
  useLayoutEffect(() => {
    below.current!.getContext('2d')!.clearRect(0, 0, width, height);
    if (picture) drawOn(below.current!, picture, toRgba(picture.pixels));
  }, [picture, width, height]);
  useLayoutEffect(() => {
    // A size that changes has cleared the canvas, too.
    if (mask && mask === own.current && mask.width === width && mask.height === height) return;
    paintOn(paint.current!).clearRect(0, 0, width, height);
    if (mask) drawOn(paint.current!, mask, black(mask));
  }, [mask, width, height]);

  const strokeTo = (at: Point): void => {
    const context = paintOn(paint.current!);
    Object.assign(context, { lineCap: 'round', lineWidth: 2 * radius * longer, strokeStyle: '#000' });
    context.beginPath();
    context.moveTo(...(last.current ?? at));
    context.lineTo(...at);
    context.stroke();
    // A line of no length leaves nothing.
    context.beginPath();
    context.arc(...at, radius * longer, 0, 2 * Math.PI);
    context.fill();
    last.current = at;
  };
  const stroke = (event: PointerEvent): void => {
    const box = paint.current!.getBoundingClientRect();
    strokeTo([((event.clientX - box.left) * width) / box.width, ((event.clientY - box.top) * height) / box.height]);
  };
  const end = (): void => {
    if (!last.current) return;
    last.current = undefined;
    own.current = maskOf(paint.current!);
    onPaint(own.current);
  };
  const inPixels = ([x, y]: Point): Point => [x * width, y * height];
  const press = (event: KeyboardEvent): void => {
    const by = ARROWS[event.key];
    if (!by && event.key !== ' ') return;
    event.preventDefault();
    const along = (part: number, steps: number, side: number): number =>
      Math.min(1, Math.max(0, part + (steps * radius * longer) / side));
    const next = by ? ([along(brush[0], by[0], width), along(brush[1], by[1], height)] as const) : brush;
    if (!by || event.shiftKey) {
      strokeTo(inPixels(brush));
      strokeTo(inPixels(next));
      end();
    }
    setBrush(next);
  };
  return (
    <div class="painter">
      <canvas ref={below} {...(name ? { role: 'img', 'aria-label': name } : {})} {...{ width, height }} />
      <canvas
        ref={paint}
        data-testid={testid}
        {...PAINTED}
        aria-label={label}
        {...{ width, height }}
        onKeyDown={press}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          stroke(event);
        }}
        onPointerMove={(event) => last.current && stroke(event)}
        onPointerUp={end}
        onPointerCancel={end}
      />
      <div
        class="brush"
        style={{
          left: `${100 * brush[0]}%`,
          top: `${100 * brush[1]}%`,
          width: `${(200 * radius * longer) / width}%`,
        }}
      />
    </div>
  );
}

/** Read after every stroke. */
const paintOn = (canvas: HTMLCanvasElement): CanvasRenderingContext2D =>
  canvas.getContext('2d', { willReadFrequently: true })!;

/** Over all of `canvas`. */
function drawOn(canvas: HTMLCanvasElement, { width, height }: Size, rgba: Uint8ClampedArray<ArrayBuffer>): void {
  const own = new OffscreenCanvas(width, height);
  own.getContext('2d')!.putImageData(new ImageData(rgba, width, height), 0, 0);
  canvas.getContext('2d')!.drawImage(own, 0, 0, canvas.width, canvas.height);
}

/** White where something is painted. */
function maskOf(canvas: HTMLCanvasElement): MaskImage {
  const { width, height } = canvas;
  const { data } = paintOn(canvas).getImageData(0, 0, width, height);
  return { width, height, pixels: Uint8Array.from({ length: width * height }, (_, i) => data[4 * i + 3]!) };
}

/** The paint of it. */
function black({ pixels }: MaskImage): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(4 * pixels.length);
  for (const [i, value] of pixels.entries()) rgba[4 * i + 3] = value;
  return rgba;
}
