/**
 * The quality report as one HTML file: no scripts, nothing fetched (its policy forbids both), light and dark, readable on
 * a phone. Whatever comes from the data is text in it, prompts above all.
 */
import { html, type Markup, nothing, styleSheet, textOf } from './markup';
import type { ReportData } from './reportData';
import { budgetsSection } from './sections/budgets';
import { conditioningSection } from './sections/conditioning';
import { domainsSection } from './sections/domains';
import { layersSection } from './sections/layers';
import { picturesSection } from './sections/pictures';
import { sizesSection } from './sections/sizes';
import { timestepsSection } from './sections/timesteps';
import { worstSection } from './sections/worst';
import { STYLE } from './style';
import { summary } from './summary';

const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

/** Parts that `data` lacks are left out. */
export function reportHtml(data: ReportData): string {
  const title = `${data.model} in ${data.format}`;
  return textOf(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${title}: quality</title>
${styleSheet(STYLE)}
</head>
<body>
<main>
<h1>${title}</h1>
<p>Quality against the unquantized model. Rounding: ${data.rounding}. Made <time datetime="${data.made}">${data.made.replace(/T(\d\d:\d\d).*/, ', $1 UTC')}</time>.</p>
${summary(data)}
${some(data.pictures, picturesSection)}
${some(data.worst, worstSection)}
${data.conditioning ? conditioningSection(data.conditioning) : nothing}
${some(data.timesteps, timestepsSection)}
${some((data.domains ?? []).length > 1 ? data.domains : [], domainsSection)}
${some(data.layers, layersSection)}
${some(data.sizes, sizesSection)}
${some(data.budgets, budgetsSection)}
</main>
</body>
</html>
`);
}

function some<T>(rows: readonly T[] | undefined, part: (rows: readonly T[]) => Markup): Markup {
  return rows && rows.length > 0 ? part(rows) : nothing;
}
