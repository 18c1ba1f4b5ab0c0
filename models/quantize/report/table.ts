/** Tables: text to the left, numbers to the right; long ones folded, with their first rows in sight. */
import { type Content, html, type Markup } from './markup';

/** `plot` columns hold an SVG and are dropped from narrow screens. */
export interface Column {
  readonly title: string;
  readonly kind: 'text' | 'number' | 'plot';
}

/** Rows in sight before the rest is folded away. */
const IN_SIGHT = 12;

export function table(columns: readonly Column[], rows: readonly (readonly Content[])[]): Markup {
  if (rows.length <= IN_SIGHT) return whole(columns, rows);
  return html`${whole(columns, rows.slice(0, IN_SIGHT))}
<details><summary>${rows.length - IN_SIGHT} more</summary>${whole(columns, rows.slice(IN_SIGHT))}</details>`;
}

const whole = (
  columns: readonly Column[],
  rows: readonly (readonly Content[])[],
): Markup => html`<div class="scroll"><table>
<thead><tr>${columns.map(({ title, kind }) => html`<th scope="col" class="${kind}">${title}</th>`)}</tr></thead>
<tbody>${rows.map(
  (row) => html`<tr>${row.map((cell, i) => html`<td class="${columns[i]!.kind}">${cell}</td>`)}</tr>
`,
)}</tbody></table></div>`;
