import { html, type Markup } from '../markup';
import { decibels } from '../numbers';
import type { WorstPicture } from '../reportData';
import { promptText } from './promptText';
import { section } from './section';

/** The pictures that suffered most: reference, quantized, and what lies between them. */
export const worstSection = (worst: readonly WorstPicture[]): Markup =>
  section(
    'Worst pictures',
    'From the left: reference, quantized, and the difference, amplified.',
    ...worst.map(
      ({ prompt, seed, psnr, reference, quantized, difference, amplified }) => html`<figure class="worst">
<div>${png(reference, 'reference')}${png(quantized, 'quantized')}${png(difference, `difference × ${amplified}`)}</div>
<figcaption>${decibels(psnr)} · seed ${seed} · difference × ${amplified} · ${promptText(prompt)}</figcaption>
</figure>
`,
    ),
  );

const png = (base64: string, what: string): Markup => html`<img alt="${what}" src="data:image/png;base64,${base64}">`;
