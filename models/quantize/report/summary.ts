/** The numbers that a model is judged by, in sight before anything else. */
import { html, type Markup, nothing } from './markup';
import { decibels, finiteMean, median, percent, pooledPsnr, similarity } from './numbers';
import type { PictureQuality, ReportData } from './reportData';

type Figure = readonly [name: string, value: string];

export function summary({ format, noise, pictures = [], conditioning, sizes = [] }: ReportData): Markup {
  const figures: Figure[] = pictureFigures(pictures);
  if (noise) {
    figures.push(['Predicted noise, SQNR', decibels(noise.sqnr)]);
    figures.push(['Noise with the prompt, SQNR', decibels(noise.conditional)]);
    figures.push(['Noise without it, SQNR', decibels(noise.unconditional)]);
    figures.push(['Guided noise, SQNR', decibels(noise.guided)]);
  }
  if (conditioning) figures.push(['Conditioning kept', percent(conditioning.ratio.mean)]);
  const size = sizes.find((one) => one.format === format);
  if (size) figures.push(['Size, of fp32', percent(size.bytes, size.fp32Bytes)]);
  if (figures.length === 0) return nothing;
  return html`<dl>${figures.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** The mean is of decibels, which exact pictures have infinitely many of: it says how many it is of. The pooled figure has all. */
function pictureFigures(pictures: readonly PictureQuality[]): Figure[] {
  if (pictures.length === 0) return [];
  const psnrs = pictures.map(({ psnr }) => psnr);
  const differing = psnrs.filter(Number.isFinite).length;
  const of = differing === 0 || differing === psnrs.length ? '' : ` of the ${differing} that differ`;
  const ssims = pictures.map(({ ssim }) => ssim);
  return [
    ['Pictures compared', `${pictures.length}`],
    [`Picture PSNR, mean${of}`, decibels(finiteMean(psnrs))],
    ['Picture PSNR, median', decibels(median(psnrs))],
    ['Picture PSNR, all pixels together', decibels(pooledPsnr(psnrs))],
    ['Picture PSNR, least', decibels(Math.min(...psnrs))],
    ['Picture SSIM, mean', similarity(ssims.reduce((sum, value) => sum + value, 0) / ssims.length)],
  ];
}
