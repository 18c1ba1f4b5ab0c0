/** Many numbers in a row, the stronger the lower: where in a network it hurts, at a glance. */
import { html, type Markup } from '../markup';
import { along, axisOf } from './axis';

export interface Cell {
  readonly value: number;
  /** Shown where the pointer rests. */
  readonly title: string;
}

/** `unit` stands behind the ends of the scale. */
export function heatStrip(cells: readonly Cell[], title: string, unit: string): Markup {
  const axis = axisOf(cells.map(({ value }) => value));
  const shade = (value: number): string => (1 - 0.9 * along(axis, value)).toFixed(2);
  return html`<figure><svg class="heat" viewBox="0 0 ${cells.length} 10" preserveAspectRatio="none" role="img" aria-label="${title}">
${cells.map(({ value, title }, i) => html`<rect x="${i}" width="1.02" height="10" fill-opacity="${shade(value)}"><title>${title}</title></rect>`)}
</svg><figcaption>${title}: from strong, ${axis.from} ${unit}, to pale, ${axis.to} ${unit}</figcaption></figure>`;
}
