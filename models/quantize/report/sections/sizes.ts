import type { Markup } from '../markup';
import { megabytes, percent } from '../numbers';
import { bar } from '../plots/bar';
import type { FormatSize } from '../reportData';
import { table } from '../table';
import { section } from './section';

/** Bytes by format, the largest first. */
export const sizesSection = (sizes: readonly FormatSize[]): Markup =>
  section(
    'Sizes',
    'Weights as they are stored, scales included, beside the same weights in fp32.',
    table(
      [
        { title: 'Format', kind: 'text' },
        { title: '', kind: 'plot' },
        { title: 'Size', kind: 'number' },
        { title: 'Bytes', kind: 'number' },
        { title: 'Of fp32', kind: 'number' },
      ],
      sizes
        .toSorted((a, b) => b.bytes - a.bytes)
        .map(({ format, bytes, fp32Bytes }) => [
          format,
          bar(bytes / fp32Bytes),
          megabytes(bytes),
          bytes.toLocaleString('en-US'),
          percent(bytes, fp32Bytes),
        ]),
    ),
  );
