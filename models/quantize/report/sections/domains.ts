import type { Markup } from '../markup';
import { decibels } from '../numbers';
import { bar } from '../plots/bar';
import type { DomainQuality } from '../reportData';
import { table } from '../table';
import { section } from './section';

/** Predicted noise by what prompts are about, the worst first. */
export function domainsSection(domains: readonly DomainQuality[]): Markup {
  const longest = Math.max(1, ...domains.map(({ sqnr }) => sqnr).filter(Number.isFinite));
  return section(
    'Predicted noise by domain',
    'SQNR over all timesteps, by what the prompts are about. The worst come first.',
    table(
      [
        { title: 'Domain', kind: 'text' },
        { title: '', kind: 'plot' },
        { title: 'Calls', kind: 'number' },
        { title: 'SQNR', kind: 'number' },
      ],
      domains
        .toSorted((a, b) => a.sqnr - b.sqnr)
        .map(({ domain, samples, sqnr }) => [domain, bar(sqnr / longest), samples, decibels(sqnr)]),
    ),
  );
}
