/** What spec/vectors/recipes/blurring.py has made. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fromRoot } from '../../root';

type Size = readonly [width: number, height: number];
export type Box = readonly [left: number, top: number, right: number, bottom: number];

interface Blurring {
  readonly blurs: readonly {
    readonly size: Size;
    readonly radius: number;
    readonly rgb: string;
    readonly gray: string;
    readonly first: readonly number[];
  }[];
  readonly parts: readonly {
    readonly size: Size;
    readonly box: Box;
    readonly radius: number;
    readonly filled: string;
    readonly over: string;
  }[];
  readonly regions: readonly {
    readonly size: Size;
    readonly box: Box;
    readonly padding: number;
    readonly drawn: Size;
    readonly region: Box;
    readonly part: string;
    readonly mask: string;
    readonly back: string;
  }[];
}

export const blurring: Blurring = JSON.parse(readFileSync(fromRoot('spec/vectors/blurring.json'), 'utf8'));

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A byte a pixel, 255 in `box`. */
export const boxIn = ([left, top, right, bottom]: Box, width: number, height: number): Uint8Array =>
  Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x >= left && x < right && y >= top && y < bottom ? 255 : 0;
  });
