/**
 * What diffusion does, in place of a spinner: a field of noise, one cell a latent pixel, that clears as the steps go
 * by. Redrawn only when a step is done, so it costs nothing and moves for nobody who asked for stillness.
 */
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Drawing } from '../drawing';

const CELLS = 32;

export function Grain({ drawing }: { readonly drawing: Drawing }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height, seed } = drawing.request;
  const scale = CELLS / Math.max(width, height);
  const columns = Math.max(1, Math.round(width * scale));
  const rows = Math.max(1, Math.round(height * scale));
  // A little is left for the decoder to clear.
  const clear = drawing.phase === 'decoding' ? 0.94 : drawing.of > 0 ? (0.94 * drawing.step) / drawing.of : 0;
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context) scatter(context, columns, rows, seed + drawing.image, clear);
  }, [columns, rows, seed, drawing.image, clear]);
  return (
    <div class="grain" aria-hidden="true">
      <canvas ref={canvas} width={columns} height={rows} />
    </div>
  );
}

function scatter(context: CanvasRenderingContext2D, columns: number, rows: number, seed: number, clear: number): void {
  const random = cellNoise(seed);
  context.clearRect(0, 0, columns, rows);
  context.fillStyle = getComputedStyle(context.canvas).color;
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const strength = random();
      const threshold = random();
      if (threshold < clear) continue;
      context.globalAlpha = strength * strength;
      context.fillRect(column, row, 1, 1);
    }
  }
}

/** A small generator for decoration only (mulberry32): the same seed, the same grain. */
function cellNoise(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
