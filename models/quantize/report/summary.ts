/** The numbers that a model is judged by, in sight before anything else. */
import { html, type Markup, nothing } from './markup';
import { decibels, finiteMean, percent } from './numbers';
import type { ReportData } from './reportData';

export function summary({ format, pictures = [], conditioning, sizes = [] }: ReportData): Markup {
  const figures: [name: string, value: string][] = [];
  if (pictures.length > 0) {
    const psnrs = pictures.map(({ psnr }) => psnr);
    figures.push(['Pictures compared', `${pictures.length}`]);
    figures.push(['Picture PSNR, mean', decibels(finiteMean(psnrs))]);
    figures.push(['Picture PSNR, least', decibels(Math.min(...psnrs))]);
  }
  if (conditioning) figures.push(['Conditioning kept', percent(conditioning.ratio.mean)]);
  const size = sizes.find((one) => one.format === format);
  if (size) figures.push(['Size, of fp32', percent(size.bytes, size.fp32Bytes)]);
  if (figures.length === 0) return nothing;
  return html`<dl>${figures.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}
