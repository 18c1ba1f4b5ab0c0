/** The figures that a quantized model is judged by, as lines of text. */
import { decibels, finiteMean, median, percent, pooledPsnr, similarity } from '../../../models/quantize/report/numbers';
import type { ReportData } from '../../../models/quantize/report/reportData';
import { budgetWords, isMissed } from '../../../models/quantize/sizeBudget';

export function figures({
  format,
  rounding,
  noise,
  pictures = [],
  conditioning,
  sizes = [],
  budgets = [],
}: ReportData): string[] {
  const psnrs = pictures.map(({ psnr }) => psnr);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const exact = psnrs.filter((psnr) => psnr === Number.POSITIVE_INFINITY).length;
  const size = sizes.find((one) => one.format === format);
  const lines: (string | undefined)[] = [
    `${format}, ${rounding}${size ? `: ${percent(size.bytes, size.fp32Bytes)} of fp32's bytes` : ''}`,
    ...budgets.filter(isMissed).map((budget) => `budget missed  ${budgetWords(budget)}`),
    noise &&
      `noise SQNR  ${decibels(noise.sqnr)} (with the prompt ${decibels(noise.conditional)}, without ${decibels(noise.unconditional)}, guided ${decibels(noise.guided)}; ${noise.samples} calls)`,
    conditioning &&
      `conditioning kept  ${percent(conditioning.ratio.mean)} (${percent(conditioning.ratio.min)} to ${percent(conditioning.ratio.max)}), cosine ${similarity(conditioning.cosine.mean)} (least ${similarity(conditioning.cosine.min)})`,
    pictures.length > 0
      ? `picture PSNR  ${decibels(finiteMean(psnrs))} mean, ${decibels(median(psnrs))} median, ${decibels(pooledPsnr(psnrs))} all pixels, ${decibels(Math.min(...psnrs))} least; ${pictures.length} pictures, ${exact} of them exact and not in the mean`
      : undefined,
    pictures.length > 0 ? `picture SSIM  ${similarity(mean(pictures.map(({ ssim }) => ssim)))} mean` : undefined,
    pictures.length > 0
      ? `latent SQNR  ${decibels(finiteMean(pictures.map(({ latentSqnr }) => latentSqnr)))} mean`
      : undefined,
  ];
  return lines.filter((line) => line !== undefined);
}
