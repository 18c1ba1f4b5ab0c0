/** A quantized model judged: compared with its reference on held-out prompts, and the report of it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Domain } from '../../../models/calibration/calibrationPrompts';
import type { PictureRecord, PictureTask } from '../../../models/quantize/evaluate/pictureRecord';
import { qualityOf } from '../../../models/quantize/evaluate/qualityOf';
import { REPORT_VERSION, type ReportData } from '../../../models/quantize/report/reportData';
import { reportHtml } from '../../../models/quantize/report/reportHtml';
import { reportJson } from '../../../models/quantize/report/reportJson';
import { DRAWN } from '../../memory/course';
import type { Parts } from '../../openStage';
import { compared } from './comparison';
import type { DrawingOptions } from './drawing';
import { keptOpen } from './keptOpen';
import { evaluationProgress } from './progress.node';
import { foundShelf, trajectoryShelf } from './shelves.node';
import { worstPictures } from './worstPictures.node';

/** Models that take no more than this are kept open, all networks of them, reference and quantized. */
const KEPT_OPEN_BYTES = 200e6;

const WORST = 6;

export interface Evaluation {
  /** Tells the reference model from others: its name and what it is made of. */
  readonly model: { readonly name: string; readonly fingerprint: string };
  /** Tells this quantized model from others. */
  readonly quantized: Pick<ReportData, 'format' | 'rounding' | 'sizes' | 'layers' | 'budgets'> & {
    readonly fingerprint: string;
  };
  readonly tasks: readonly PictureTask[];
  /** Of the prompts; a model that is quantized on the spot is calibrated by others of them. */
  readonly domains: readonly Domain[];
  readonly drawing: DrawingOptions;
  readonly comparedSteps: number;
  /** Folder for what the reference draws: any number of quantized models are compared with it. */
  readonly drawn: string;
  /** Folder for the report, and for what was found so far. */
  readonly out: string;
}

/** Writes `report.json` and `report.html`; resolves to what they say. What was stopped goes on when it is asked for again. */
export async function evaluateModel(
  { model, quantized: { fingerprint, ...quantized }, tasks, domains, drawing, comparedSteps, ...folders }: Evaluation,
  reference: Parts,
  candidate: Parts,
  signal: AbortSignal,
): Promise<ReportData> {
  const asked = { ...model, ...drawing };
  const drawn = await trajectoryShelf(folders.drawn, JSON.stringify(asked));
  const identity = JSON.stringify({
    version: REPORT_VERSION,
    ...asked,
    domains,
    comparedSteps,
    format: quantized.format,
    quantized: fingerprint,
  });
  const found = await foundShelf(join(folders.out, 'pictures'), identity);
  const [one, other] = [reference, candidate].map(kept);
  const progress = evaluationProgress(process.stderr);
  let records: PictureRecord[];
  try {
    const comparison = { tasks, drawing, comparedSteps, drawn, found, reference: one!, quantized: other! };
    records = await compared(comparison, signal, progress.show);
  } finally {
    progress.end();
    await one!.close();
    await other!.close();
  }
  const worst = await worstPictures(records, drawn, found, WORST);
  const made = new Date().toISOString();
  const data: ReportData = {
    version: REPORT_VERSION,
    model: model.name,
    made,
    ...quantized,
    ...qualityOf(records),
    worst,
  };
  await mkdir(folders.out, { recursive: true });
  await writeFile(join(folders.out, 'report.json'), reportJson(data));
  await writeFile(join(folders.out, 'report.html'), reportHtml(data));
  return data;
}

function kept(parts: Parts) {
  const bytes = DRAWN.reduce((sum, stage) => sum + parts.model.bytes(stage), 0);
  return bytes <= KEPT_OPEN_BYTES ? keptOpen(parts) : { ...parts, close: async () => undefined };
}
