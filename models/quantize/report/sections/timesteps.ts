import { html, type Markup } from '../markup';
import { decibels } from '../numbers';
import { scatter } from '../plots/scatter';
import type { TimestepQuality } from '../reportData';
import { table } from '../table';
import { section } from './section';

/** Predicted noise by timestep, as it is drawn: from noise, 999, to picture, 0. */
export function timestepsSection(timesteps: readonly TimestepQuality[]): Markup {
  const rows = timesteps.toSorted((a, b) => b.timestep - a.timestep);
  const points = rows.map(({ timestep, sqnr }) => ({
    x: timestep,
    y: sqnr,
    title: `timestep ${timestep}: ${decibels(sqnr)}`,
  }));
  const list = table(
    [
      { title: 'Timestep', kind: 'text' },
      { title: 'SQNR', kind: 'number' },
    ],
    rows.map(({ timestep, sqnr }) => [timestep, decibels(sqnr)]),
  );
  return section(
    'Predicted noise by timestep',
    'SQNR over all prompts. Drawing goes from the right, where all is noise, to the left.',
    html`<div class="beside">${scatter(points, { title: 'SQNR by timestep', x: 'timestep', y: 'dB', line: true })}<div>${list}</div></div>`,
  );
}
