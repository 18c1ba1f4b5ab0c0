import { html, type Markup } from '../markup';
import { decibels, similarity } from '../numbers';
import { scatter } from '../plots/scatter';
import type { PictureQuality } from '../reportData';
import { table } from '../table';
import { promptText } from './promptText';
import { section } from './section';

/** Every picture drawn by both, the worst first. */
export function picturesSection(pictures: readonly PictureQuality[]): Markup {
  const points = pictures.map(({ prompt, seed, latentSqnr, psnr }) => ({
    x: latentSqnr,
    y: psnr,
    title: `${prompt} (seed ${seed}): latents ${decibels(latentSqnr)}, picture ${decibels(psnr)}`,
  }));
  return section(
    'Pictures',
    'The same prompt and seed drawn by both, each a point: PSNR of the picture over SQNR of its latents; equal pictures lie on the upper edge. The worst come first in the table.',
    scatter(points, { title: 'PSNR over latent SQNR', x: 'latent SQNR, dB', y: 'PSNR, dB' }),
    table(
      [
        { title: 'Prompt', kind: 'text' },
        { title: 'Latents', kind: 'number' },
        { title: 'PSNR', kind: 'number' },
        { title: 'SSIM', kind: 'number' },
      ],
      pictures
        .toSorted((a, b) => a.psnr - b.psnr)
        .map(({ prompt, domain, seed, latentSqnr, psnr, ssim }) => [
          html`${promptText(prompt)}<small>${domain} · seed ${seed}</small>`,
          decibels(latentSqnr),
          decibels(psnr),
          similarity(ssim),
        ]),
    ),
  );
}
