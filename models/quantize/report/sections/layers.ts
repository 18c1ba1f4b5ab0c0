import { html, type Markup } from '../markup';
import { decibels } from '../numbers';
import { heatStrip } from '../plots/heatStrip';
import type { LayerQuality } from '../reportData';
import { table } from '../table';
import { section } from './section';

/** Every layer's own rounding error: in the order of the network as a strip, the worst first as a table. */
export function layersSection(layers: readonly LayerQuality[]): Markup {
  const cells = layers.map(({ name, sqnr }) => ({ value: sqnr, title: `${name}: ${decibels(sqnr)}` }));
  const rows = layers.toSorted((a, b) => a.sqnr - b.sqnr);
  return section(
    'Layers',
    'SQNR of a layer’s output with nothing but its own weights rounded. The worst come first in the table.',
    heatStrip(cells, 'Layers in the order of the network', 'dB'),
    table(
      [
        { title: 'Layer', kind: 'text' },
        { title: 'Bits', kind: 'number' },
        { title: 'SQNR', kind: 'number' },
      ],
      rows.map(({ name, bits, sqnr }) => [html`<code>${breakable(name)}</code>`, bits, decibels(sqnr)]),
    ),
  );
}

/** A key may be broken after its dots. */
const breakable = (key: string): Markup[] =>
  key.split(/(?<=\.)/).map((part, i) => (i > 0 ? html`<wbr>${part}` : html`${part}`));
