/** Where one of the pictures counts that a drawing is to be like: everywhere, or where that is painted. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { MaskImage } from '../../workers/api';
import { paintWhere } from '../controlShelf';
import type { ControlUnit } from '../controls';
import { init } from '../initPicture';
import { modelSize, pictureOnShow, settings } from '../state';
import { lateWords } from '../words';
import { MaskPainter } from './MaskPainter';
import { NumberField } from './NumberField';

interface ButtonProps {
  readonly name: string;
  readonly mask: MaskImage | undefined;
  readonly open: boolean;
  readonly onClick: () => void;
}

/** Says and shows it, and opens what it is painted on. */
export function WhereButton({ name, mask, open, onClick }: ButtonProps) {
  const late = lateWords();
  const counts = mask ? late.countsPainted : late.countsEverywhere;
  return (
    <button
      type="button"
      class="where"
      data-testid="where"
      aria-expanded={open}
      aria-label={late.whereCounts(name, counts)}
      onClick={onClick}
    >
      {mask && <Thumbnail mask={mask} />}
      {counts}
    </button>
  );
}

/** White where it counts. */
function Thumbnail({ mask }: { readonly mask: MaskImage }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height, pixels } = mask;
  useLayoutEffect(() => {
    const rgba = new Uint8ClampedArray(4 * pixels.length);
    for (const [i, value] of pixels.entries()) rgba.set([value, value, value, 255], 4 * i);
    canvas.current!.getContext('2d')!.putImageData(new ImageData(rgba, width, height), 0, 0);
  }, [mask]);
  return <canvas ref={canvas} data-testid="where-thumbnail" {...{ width, height }} />;
}

const RADIUS = 0.1;
/** Shapes that differ by less are the same to the eye. */
const ALIKE = 0.03;

/** Painted on what is drawn: in its shape, over the picture that it begins from, or over the one on show where that has its shape. */
export function WherePainter({ unit, at }: { readonly unit: ControlUnit; readonly at: number }) {
  const late = lateWords();
  const [radius, setRadius] = useState(RADIUS);
  const size = settings.value.size ?? modelSize();
  const { name, mask } = unit.given[at]!;
  const shown = pictureOnShow();
  const isAlike =
    shown && Math.abs(Math.log(((shown.picture.width / shown.picture.height) * size.height) / size.width)) < ALIKE;
  const picture = init.value?.picture ?? (isAlike ? shown.picture : undefined);
  return (
    <>
      <MaskPainter
        {...{ size, picture, mask, radius, testid: 'where-mask' }}
        label={`${late.paintWhere(name)}. ${late.paintKeys}`}
        onPaint={(painted) => paintWhere(unit, at, painted)}
      />
      <p class="hint">{late.paintWhere(name)}</p>
      <p class="hint keys">{late.paintKeys}</p>
      <NumberField
        {...{ label: late.brush, name: 'where-brush', value: Math.round(100 * radius), least: 1, most: 30 }}
        slider={{ least: 1, most: 30 }}
        onChange={(value) => setRadius(value / 100)}
      />
      {mask && (
        <div class="buttons">
          <button
            type="button"
            class="quiet outdent"
            data-testid="clear-where"
            onClick={() => paintWhere(unit, at, undefined)}
          >
            {late.clearMask}
          </button>
        </div>
      )}
    </>
  );
}
