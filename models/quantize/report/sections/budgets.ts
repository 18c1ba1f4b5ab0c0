import { isMissed, type SizeBudget } from '../../sizeBudget';
import type { Markup } from '../markup';
import { percent } from '../numbers';
import { table } from '../table';
import { section } from './section';

/** What networks in mixed bits were to take, and take. */
export const budgetsSection = (budgets: readonly SizeBudget[]): Markup =>
  section(
    'Size budgets',
    'Weights of each network, of its bytes in fp32. The least has four bits wherever its form has them.',
    table(
      [
        { title: 'Network', kind: 'text' },
        { title: 'Asked', kind: 'number' },
        { title: 'Got', kind: 'number' },
        { title: 'Least', kind: 'number' },
        { title: '', kind: 'text' },
      ],
      budgets.map((budget) => {
        const { stage, fp32, asked, got, least } = budget;
        return [
          stage,
          percent(asked, fp32),
          percent(got, fp32),
          percent(least, fp32),
          isMissed(budget) ? 'missed' : '',
        ];
      }),
    ),
  );
