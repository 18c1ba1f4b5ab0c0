/** HTML that is escaped by how it is made: whatever stands in a template is text, unless a template made it. */

const MADE = Symbol('made by html');

export interface Markup {
  readonly [MADE]: string;
}

export type Content = Markup | string | number | readonly Content[];

/** @example html`<td>${prompt}</td>` */
export const html = (parts: TemplateStringsArray, ...contents: readonly Content[]): Markup => ({
  [MADE]: parts.reduce((text, part, i) => text + written(contents[i - 1]!) + part),
});

/** For style sheets alone, in which `<` and `&` do not occur and escapes would mean nothing. */
export const styleSheet = (css: string): Markup => ({ [MADE]: `<style>${css}</style>` });

/** Nothing, for a part that is left out. */
export const nothing: Markup = { [MADE]: '' };

export const textOf = (markup: Markup): string => markup[MADE];

const ESCAPED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function written(content: Content): string {
  if (typeof content === 'string') return content.replace(/[&<>"']/g, (character) => ESCAPED[character]!);
  if (typeof content === 'number') return `${content}`;
  return MADE in content ? content[MADE] : content.map(written).join('');
}
