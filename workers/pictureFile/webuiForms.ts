/** How numbers and sizes are written in stable-diffusion-webui's `parameters` text. */
import { isSide } from './side';

export const DIGITS = /^\d{1,16}$/;
export const DECIMAL = /^\d+(\.\d+)?$/;
const SIZE = /^(\d{1,5})x(\d{1,5})$/;

/** Width and height, pixels; nothing where they are no size that is drawn here, which is told like what else is not drawn with. */
export function sidesOf(size = ''): number[] {
  const sides = (SIZE.exec(size) ?? []).slice(1).map(Number);
  return sides.every(isSide) ? sides : [];
}
