/** A part of the report with its heading, what to read it by, and what is in it. */
import { html, type Markup } from '../markup';

export const section = (title: string, lead: string, ...body: readonly Markup[]): Markup => html`<section>
<h2>${title}</h2>
<p>${lead}</p>
${body}
</section>
`;
