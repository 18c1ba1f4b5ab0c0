/**
 * The part of a picture that a mask is in, brought to the size that is drawn and back: `get_crop_region`, `_resize_and_fill`,
 * `_resize_and_crop` of diffusers 0.42.1's image_processor.py, which are stable-diffusion-webui's "Only masked".
 */
import { type Box, cropped } from '../pictureFile/crop';
import { resized } from '../pictureFile/lanczos';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where `mask` is not 0, `padding` pixels more on each side, and of about the shape of `drawn` where the picture has room. `undefined` where it is 0. */
export function regionOf(mask: Uint8Array, { width, height }: Size, drawn: Size, padding: number): Box | undefined {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (const [i, value] of mask.entries()) {
    if (value === 0) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x + 1), Math.max(bottom, y + 1)];
  }
  if (right === 0) return undefined;
  const across = padded([left, right], padding, width);
  const down = padded([top, bottom], padding, height);
  const ratio = drawn.width / drawn.height;
  const [w, h] = [across[1] - across[0], down[1] - down[0]];
  const [[x, x2], [y, y2]] =
    w / h > ratio
      ? [across, widened(down, Math.trunc(w / ratio - h), height)]
      : [widened(across, Math.trunc(h * ratio - w), width), down];
  return { left: x, top: y, width: x2 - x, height: y2 - y };
}

type Span = readonly [start: number, end: number];

const padded = ([start, end]: Span, padding: number, length: number): Span => [
  Math.max(start - padding, 0),
  Math.min(end + padding, length),
];

/** By `more`, half of it on each side, moved into the picture. */
function widened([from, to]: Span, more: number, length: number): Span {
  const before = Math.floor(more / 2);
  let [start, end] = [from - before, to + more - before];
  if (end >= length) [start, end] = [start - (end - length), length];
  if (start < 0) [start, end] = [0, end - start];
  return [start, Math.min(end, length)];
}

/** The part in `box` at `drawn`'s size, its shape kept; beyond its edges they go on. */
export function taken(
  pixels: Uint8Array,
  from: Size & { readonly channels: number },
  box: Box,
  drawn: Size,
): Uint8Array {
  const { channels } = from;
  const part = cropped(pixels, from, box);
  const wider = drawn.width / drawn.height < box.width / box.height;
  const inner = {
    width: wider ? drawn.width : Math.floor((box.width * drawn.height) / box.height),
    height: wider ? Math.floor((box.height * drawn.width) / box.width) : drawn.height,
  };
  const scaled = resized(part, { ...box, channels }, inner);
  const left = (drawn.width >> 1) - (inner.width >> 1);
  const top = (drawn.height >> 1) - (inner.height >> 1);
  const out = new Uint8Array(drawn.width * drawn.height * channels);
  const across = sources(drawn.width, inner.width, left);
  const down = sources(drawn.height, inner.height, top);
  for (let y = 0, to = 0; y < drawn.height; y++)
    for (let x = 0; x < drawn.width; x++)
      for (let c = 0; c < channels; c++, to++) {
        const at = (row: number, column: number): number => scaled[(row * inner.width + column) * channels + c]!;
        const [row, beyondY] = down[y]!;
        const [column, beyondX] = across[x]!;
        const [here, rowIn, columnIn] = [at(row, column), row + beyondY, column + beyondX];
        const within = beyondY !== 0 ? at(rowIn, column) : beyondX !== 0 ? at(row, columnIn) : here;
        // Bicubic, half a pixel beyond the edge.
        out[to] = beyondX === 0 && beyondY === 0 ? here : clamped(1.125 * here - 0.125 * within);
      }
  return out;
}

/** For each place the one inside, and in which direction the inside goes on where it is beyond an edge. */
const sources = (length: number, inner: number, start: number): Span[] =>
  Array.from({ length }, (_, i) => {
    const at = i - start;
    if (at < 0) return [0, inner > 1 ? 1 : 0];
    return at >= inner ? [inner - 1, inner > 1 ? -1 : 0] : [at, 0];
  });

const clamped = (value: number): number => Math.min(Math.max(Math.floor(value + 0.5), 0), 255);

/** What was drawn of the part in `box`, at its size: the middle of it where the shapes differ. RGB. */
export function putBack(pixels: Uint8Array, drawn: Size, box: Box): Uint8Array {
  const wider = box.width / box.height > drawn.width / drawn.height;
  const outer = {
    width: wider ? box.width : Math.floor((drawn.width * box.height) / drawn.height),
    height: wider ? Math.floor((drawn.height * box.width) / drawn.width) : box.height,
  };
  const scaled = resized(pixels, { ...drawn, channels: 3 }, outer);
  const left = (outer.width >> 1) - (box.width >> 1);
  const top = (outer.height >> 1) - (box.height >> 1);
  return cropped(scaled, { width: outer.width, channels: 3 }, { ...box, left, top });
}
