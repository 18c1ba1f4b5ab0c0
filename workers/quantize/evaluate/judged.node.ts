/** The quantized model that `npm run evaluate` is asked to judge: one that was written, or the plainest there is, made on the spot. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CALIBRATION_PROMPTS, type Domain } from '../../../models/calibration/calibrationPrompts';
import type { Checkpoint } from '../../../models/checkpoint';
import { badArgument } from '../../../models/commandLine.node';
import { unreadable } from '../../../models/diskWords.node';
import { parametersOf } from '../../../models/graph/parameters';
import { parseJson } from '../../../models/json';
import type { WeightBits } from '../../../models/quantize/integerWeights';
import { withInfinities } from '../../../models/quantize/numbersJson';
import { hasBlocks } from '../../../models/quantize/plan';
import { fp32Bytes, quantizedBytes } from '../../../models/quantize/quantizedBytes';
import type { FormatSize, LayerQuality } from '../../../models/quantize/report/reportData';
import type { SizeBudget } from '../../../models/quantize/sizeBudget';
import type { StageName } from '../../../models/stage';
import { weightsInTemporaryFile } from '../../../models/stageWeights.node';
import type { Backend } from '../../backend/backend';
import { DRAWN } from '../../memory/course';
import type { Model } from '../../model';
import type { Parts } from '../../openStage';
import { candidateParts } from '../candidate';
import { npuParts, packedParts } from '../quantizedFolder.node';
import type { EvaluateArguments } from './arguments.node';
import { baseline } from './baseline.node';
import type { DrawingOptions } from './drawing';
import type { Evaluation } from './evaluateModel.node';

export interface Judged {
  readonly parts: Parts;
  readonly quantized: Evaluation['quantized'];
}

/** Pictures that the plainest ranges are taken from. */
const CALIBRATED = 8;

export async function judged(
  checkpoint: Checkpoint,
  given: EvaluateArguments,
  drawing: DrawingOptions,
  domains: readonly Domain[],
  backend: Backend,
  signal: AbortSignal,
): Promise<Judged> {
  if (given.quantized !== undefined) return written(checkpoint, given.quantized, given.as, backend);
  const { format, stages } = given;
  const bits = await weightBits(checkpoint, given);
  const prompts = CALIBRATION_PROMPTS.filter(({ domain }) => domains.includes(domain)).slice(0, CALIBRATED);
  const options = { stages, bits: () => bits, activationBits: ACTIVATION_BITS[format], drawing, prompts };
  const rounded = await baseline(checkpoint, options, backend, signal);
  const size = stages.reduce((sum, stage) => sum + quantizedBytes(checkpoint.description, stage, bits), 0);
  const fingerprint = hashOf([stages, given.bits && (await readFile(given.bits, 'utf8'))]);
  return {
    parts: candidateParts(checkpoint, rounded, backend, weightsInTemporaryFile),
    quantized: { format, rounding: 'nearest', fingerprint, sizes: sizes(checkpoint, stages, format, size) },
  };
}

const ACTIVATION_BITS = { w8a16: 16, w8a8: 8, w4a16: 16, w8: undefined, w4: undefined } as const;

/** What either manifest says that a report repeats; the folder's opening has checked it. */
interface Said {
  readonly precision?: string;
  readonly made?: string;
  readonly weights?: string;
  readonly tokenTable?: { readonly bytes: number };
}

/** What `npm run quantize` wrote to `folder`. */
async function written(
  checkpoint: Checkpoint,
  folder: string,
  as: EvaluateArguments['as'],
  backend: Backend,
): Promise<Judged> {
  const parts = await opened(folder, as, backend);
  const name = join(folder, as === 'npu' ? 'npu.json' : 'manifest.json');
  const text = await readFile(name, 'utf8').catch(unreadable(name, 'a file that can be read'));
  const { precision, made, weights, tokenTable } = parseJson(name, text) as Said;
  const layers = await readFile(join(folder, 'layers.json'), 'utf8').catch(() => undefined);
  const budgets = await readFile(join(folder, 'budgets.json'), 'utf8').catch(() => undefined);
  const format = as === 'npu' ? `${precision}` : as === 'packed' ? `packed ${weights}` : `${weights}, weights alone`;
  return {
    parts,
    quantized: {
      format,
      rounding: made ?? 'as packed',
      fingerprint: hashOf(text),
      ...(layers ? { layers: withInfinities(parseJson('layers.json', layers)) as readonly LayerQuality[] } : {}),
      ...(budgets ? { budgets: parseJson('budgets.json', budgets) as readonly SizeBudget[] } : {}),
      sizes: sizes(checkpoint, DRAWN, format, bytesOf(parts.model) + (tokenTable?.bytes ?? 0)),
    },
  };
}

function opened(folder: string, as: EvaluateArguments['as'], backend: Backend): Promise<Parts> {
  if (as === 'npu') return npuParts(folder, backend);
  return packedParts(folder, backend, as === 'weights' ? FLOATING : {});
}

/** Weights alone are rounded: no product is one of integers. */
const FLOATING = { integersFrom: Number.POSITIVE_INFINITY };

const bytesOf = (model: Model): number => DRAWN.reduce((sum, stage) => sum + model.bytes(stage), 0);

const hashOf = (facts: unknown): string => createHash('sha256').update(JSON.stringify(facts)).digest('hex');

/** What has no blocks of four bits has eight, whatever the format says. */
async function weightBits(
  { description }: Checkpoint,
  { format, stages, bits: file }: EvaluateArguments,
): Promise<WeightBits> {
  const parameters = stages.flatMap((stage) => parametersOf(description, stage));
  const blocks = new Set(parameters.filter(({ shape }) => hasBlocks(shape)).map(({ name }) => name));
  const text = file === undefined ? '{}' : await readFile(file, 'utf8').catch(unreadable('--bits', 'a file'));
  const named = parseJson('--bits', text, badArgument) as Readonly<Record<string, 8 | 4>>;
  const usual = format.startsWith('w4') ? 4 : 8;
  return (key) => (blocks.has(key) ? (named[key] ?? usual) : 8);
}

function sizes(
  { description }: Checkpoint,
  stages: readonly StageName[],
  format: string,
  bytes: number,
): readonly FormatSize[] {
  const whole = stages.reduce((sum, stage) => sum + fp32Bytes(description, stage), 0);
  return [
    { format, bytes, fp32Bytes: whole },
    { format: 'fp32', bytes: whole, fp32Bytes: whole },
  ];
}
