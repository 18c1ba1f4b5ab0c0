import type { Markup } from '../markup';
import { percent, similarity } from '../numbers';
import type { ConditioningQuality } from '../reportData';
import { table } from '../table';
import { section } from './section';

/** What is left of the prompt's effect. */
export const conditioningSection = ({ samples, ratio, cosine }: ConditioningQuality): Markup =>
  section(
    'Conditioning',
    `What the prompt changes in the predicted noise, quantized against reference, over ${samples} pairs of calls: how much of it is kept (100 % is all), and whether it points the same way (a cosine of 1).`,
    table(
      [
        { title: '', kind: 'text' },
        { title: 'Least', kind: 'number' },
        { title: 'Mean', kind: 'number' },
        { title: 'Most', kind: 'number' },
      ],
      [
        ['Kept', percent(ratio.min), percent(ratio.mean), percent(ratio.max)],
        ['Cosine', similarity(cosine.min), similarity(cosine.mean), similarity(cosine.max)],
      ],
    ),
  );
