/** Picture sizes worth offering for a model: its own, and other shapes of about the same area. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export type Shape = 'square' | 'portrait' | 'landscape';

/**
 * The model's own size, then 3:4 and 4:3 of its area. Sides fall on multiples of an eighth of the model's size
 * (64 px at 512), where no level of the UNet has to round.
 */
export function sizeChoices(model: Size): readonly (Size & { readonly shape: Shape })[] {
  const side = Math.sqrt(model.width * model.height);
  const grid = Math.max(8, Math.round(side / 64) * 8);
  const snap = (pixels: number): number => Math.max(grid, Math.round(pixels / grid) * grid);
  const short = snap(side * Math.sqrt(3 / 4));
  const long = snap(side * Math.sqrt(4 / 3));
  const own: Shape = model.width === model.height ? 'square' : model.width < model.height ? 'portrait' : 'landscape';
  const shapes = [
    { shape: own, width: model.width, height: model.height },
    { shape: 'square', width: snap(side), height: snap(side) },
    { shape: 'portrait', width: short, height: long },
    { shape: 'landscape', width: long, height: short },
  ] as const;
  return shapes.filter(({ shape }, index) => shapes.findIndex((other) => other.shape === shape) === index);
}
