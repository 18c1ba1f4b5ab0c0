/**
 * Edges of a picture, as ControlNets for them were trained on: Canny 1986, "A Computational Approach to Edge Detection", in the very integers
 * of OpenCV 4 (imgproc/src/canny.cpp: an aperture of 3, the sum of both slopes' magnitudes).
 */
import type { InitImage } from '../api';

/** What is above `high` is an edge, and what is above `low` and touches one; slopes go up to 2040. */
export interface CannyThresholds {
  readonly low: number;
  readonly high: number;
}

/** Those of stable-diffusion-webui's extension and of diffusers' examples. */
export const CANNY_THRESHOLDS: CannyThresholds = { low: 100, high: 200 };

/** Of a pixel: perhaps an edge, one; else 0. */
const [WEAK, STRONG] = [1, 2] as const;

/** The tangent of 22.5 degrees, times 2^15. */
const TANGENT = 13573;

/** White edges on black, RGB, of the same size. */
export function cannyEdges({ width, height, pixels }: InitImage, { low, high } = CANNY_THRESHOLDS): InitImage {
  const { across, down, slopes } = slopesOf(width, height, pixels);
  const at = (x: number, y: number): number =>
    x < 0 || x >= width || y < 0 || y >= height ? 0 : slopes[y * width + x]!;
  const [least, sure] = [Math.floor(low), Math.floor(high)];
  const found = new Uint8Array(width * height);
  const edges: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const slope = slopes[i]!;
      if (slope <= least || !isCrest(slope, across[i]!, down[i]!, (dx, dy) => at(x + dx, y + dy))) continue;
      found[i] = slope > sure ? STRONG : WEAK;
      if (slope > sure) edges.push(i);
    }
  }
  for (let i = edges.pop(); i !== undefined; i = edges.pop()) {
    const [x, y] = [i % width, Math.floor(i / width)];
    for (let dy = -1; dy <= 1; dy++)
      for (let dx = -1; dx <= 1; dx++) {
        if (x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height) continue;
        const next = i + dy * width + dx;
        if (found[next] !== WEAK) continue;
        found[next] = STRONG;
        edges.push(next);
      }
  }
  const drawn = new Uint8Array(pixels.length);
  for (let i = 0; i < found.length; i++) if (found[i] === STRONG) drawn.fill(255, 3 * i, 3 * i + 3);
  return { width, height, pixels: drawn };
}

/** Whether it is steepest here, across the edge: of equals the first counts. */
function isCrest(slope: number, across: number, down: number, at: (dx: number, dy: number) => number): boolean {
  const x = Math.abs(across) * TANGENT;
  const y = Math.abs(down) * 32768;
  if (y < x) return slope > at(-1, 0) && slope >= at(1, 0);
  if (y > x + Math.abs(across) * 65536) return slope > at(0, -1) && slope >= at(0, 1);
  const side = (across ^ down) < 0 ? -1 : 1;
  return slope > at(-side, -1) && slope > at(side, 1);
}

/** Sobel's slopes across and down, of whichever channel is the steepest, and the sum of their magnitudes. The border goes on outside. */
function slopesOf(width: number, height: number, pixels: Uint8Array) {
  const count = width * height;
  const [across, down, slopes] = [new Int32Array(count), new Int32Array(count), new Int32Array(count)];
  const column = (x: number): number => 3 * Math.min(Math.max(x, 0), width - 1);
  for (let y = 0; y < height; y++) {
    const [above, own, below] = [y - 1, y, y + 1].map((row) => 3 * width * Math.min(Math.max(row, 0), height - 1)) as [
      number,
      number,
      number,
    ];
    for (let x = 0; x < width; x++) {
      const [left, here, right] = [column(x - 1), column(x), column(x + 1)];
      const i = y * width + x;
      for (let c = 0; c < 3; c++) {
        const p = (row: number, at: number): number => pixels[row + at + c]!;
        const upper = p(above, left) + 2 * p(above, here) + p(above, right);
        const lower = p(below, left) + 2 * p(below, here) + p(below, right);
        const before = p(above, left) + 2 * p(own, left) + p(below, left);
        const after = p(above, right) + 2 * p(own, right) + p(below, right);
        const [dx, dy] = [after - before, lower - upper];
        const slope = Math.abs(dx) + Math.abs(dy);
        if (c > 0 && slope <= slopes[i]!) continue;
        across[i] = dx;
        down[i] = dy;
        slopes[i] = slope;
      }
    }
  }
  return { across, down, slopes };
}
