/** What may be asked of a second, larger pass. */
import type { ImageRequest } from './api';
import { coveringSize, finalSize, HIRES_DEFAULTS, HIRES_UPSCALERS, hiresStepsOf, isHires, type Sized } from './hires';
import { HIRES_SCALES, LONGEST_SIDE } from './pictureFile/side';
import { bad, finite, integer, oneOf, pixels } from './ranges';

const DETAILS = ['hiresUpscaler', 'hiresSteps', 'hiresStrength'] as const;
/** Steps of a schedule, as of the first pass: those of models of few steps have fewer. */
const MOST_STEPS = { few: 50, many: 1000 } as const;

/** Throws `bad-argument` as `checkRequest` does. */
export function checkHires(request: ImageRequest): void {
  const { hiresScale, hiresUpscaler, hiresSteps, hiresStrength, scheduler } = request;
  if (!isHires(request)) {
    const given = DETAILS.find((field) => request[field] !== undefined);
    if (given) throw bad('hiresScale', `a number, or hiresSize, where ${given} is given`, 'none');
    return;
  }
  if (request.initImage) throw bad('hiresScale', 'none where a picture is drawn from', `${hiresScale ?? 'hiresSize'}`);
  checkHiresSize(request);
  if (hiresUpscaler !== undefined) oneOf('hiresUpscaler', hiresUpscaler, HIRES_UPSCALERS);
  if (hiresSteps !== undefined) integer('hiresSteps', hiresSteps, 0, 1000);
  const strength = hiresStrength ?? HIRES_DEFAULTS.hiresStrength;
  finite('hiresStrength', strength, 0, 1);
  const { steps, of } = hiresStepsOf(request);
  const most = scheduler === 'lcm' || scheduler === 'tcd' ? MOST_STEPS.few : MOST_STEPS.many;
  if (!(of <= most)) {
    const expected = `at least ${Math.ceil((100 * steps) / most) / 100}: ${steps} steps are that part of at most ${most}`;
    throw bad('hiresStrength', expected, String(strength));
  }
}

/** What of it a forecast needs: how large the second pass is. */
export function checkHiresSize(asked: Sized): void {
  const { hiresScale, hiresSize, width, height } = asked;
  if (hiresScale !== undefined && hiresSize) throw bad('hiresSize', 'none where hiresScale is given', sides(hiresSize));
  if (hiresScale !== undefined) finite('hiresScale', hiresScale, ...HIRES_SCALES);
  if (hiresSize) for (const side of ['width', 'height'] as const) pixels('hiresSize', hiresSize[side]);
  const size = finalSize(asked);
  if (Math.max(size.width, size.height) > LONGEST_SIDE)
    throw bad('hiresScale', `at most ${LONGEST_SIDE} × ${LONGEST_SIDE} pixels in the end`, sides(size));
  if (size.width < width || size.height < height)
    throw bad('hiresSize', `${width} × ${height} pixels and more`, sides(size));
  const covering = coveringSize(asked);
  if (Math.max(covering.width, covering.height) > LONGEST_SIDE)
    throw bad('hiresSize', `a shape that ${LONGEST_SIDE} × ${LONGEST_SIDE} pixels can cover`, sides(size));
}

const sides = ({ width, height }: { readonly width: number; readonly height: number }): string =>
  `${width} × ${height}`;
