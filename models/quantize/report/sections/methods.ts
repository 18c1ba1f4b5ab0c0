import type { Markup } from '../markup';
import { decibels, duration } from '../numbers';
import type { MethodQuality } from '../reportData';
import { table } from '../table';
import { section } from './section';

/** Rounding methods by format, the best of a format first. */
export const methodsSection = (methods: readonly MethodQuality[]): Markup =>
  section(
    'Rounding methods',
    'Seconds are those of rounding all layers, statistics not included. The best of a format comes first.',
    table(
      [
        { title: 'Format', kind: 'text' },
        { title: 'Method', kind: 'text' },
        { title: 'Time', kind: 'number' },
        { title: 'Noise SQNR', kind: 'number' },
        { title: 'Picture PSNR', kind: 'number' },
      ],
      methods
        .toSorted((a, b) => (a.format === b.format ? b.sqnr - a.sqnr : a.format < b.format ? -1 : 1))
        .map(({ format, method, seconds, sqnr, psnr }) => [
          format,
          method,
          duration(seconds),
          decibels(sqnr),
          psnr === undefined ? '–' : decibels(psnr),
        ]),
    ),
  );
