/** Points over two axes, with a line through them or without: as wide as a phone, so that its text can be read there. */
import { html, type Markup, nothing } from '../markup';
import { along, axisOf } from './axis';

export interface Point {
  readonly x: number;
  readonly y: number;
  /** Shown where the pointer rests. */
  readonly title: string;
}

export interface ScatterOptions {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  /** Points are joined in the order in which they come. */
  readonly line?: boolean;
}

const [WIDTH, HEIGHT] = [360, 230];
const [LEFT, RIGHT, TOP, BOTTOM] = [40, 342, 24, 190];

export function scatter(points: readonly Point[], { title, x, y, line = false }: ScatterOptions): Markup {
  const across = axisOf(points.map((point) => point.x));
  const up = axisOf(points.map((point) => point.y));
  const left = (value: number): string => (LEFT + (RIGHT - LEFT) * along(across, value)).toFixed(1);
  const top = (value: number): string => (BOTTOM - (BOTTOM - TOP) * along(up, value)).toFixed(1);
  const path = points.map((point) => `${left(point.x)},${top(point.y)}`).join(' ');
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">
<g class="grid">${up.ticks.map((tick) => html`<path d="M${LEFT} ${top(tick)}H${RIGHT}"/>`)}</g>
${up.ticks.map((tick) => html`<text x="${LEFT - 6}" y="${top(tick)}" dy=".35em" text-anchor="end">${tick}</text>`)}
${across.ticks.map((tick) => html`<text x="${left(tick)}" y="${BOTTOM + 16}" text-anchor="middle">${tick}</text>`)}
<text class="axis" x="${LEFT - 34}" y="12">${y}</text>
<text class="axis" x="${RIGHT}" y="${BOTTOM + 34}" text-anchor="end">${x}</text>
${line ? html`<polyline points="${path}"/>` : nothing}
${points.map((point) => html`<circle cx="${left(point.x)}" cy="${top(point.y)}" r="3"><title>${point.title}</title></circle>`)}
</svg>`;
}
