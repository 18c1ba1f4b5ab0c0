/**
 * `npm run evaluate -- MODEL --out DIR`: what quantizing a model the plainest way costs its pictures, as a report. Progress
 * goes to stderr, the figures that a model is judged by to stdout. Exit code 2 for bad arguments or a bad model, 130 when
 * stopped by Ctrl-C.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CALIBRATION_PROMPTS } from '../../../models/calibration/calibrationPrompts';
import type { Checkpoint } from '../../../models/checkpoint';
import { CLIP_TOKENIZER_HOME } from '../../../models/clipTokenizer';
import { badArgument } from '../../../models/commandLine.node';
import { parseJson } from '../../../models/json';
import { diskFiles, openDisk } from '../../../models/openDisk.node';
import { GENERAL_DOMAINS, heldOutPrompts } from '../../../models/quantize/evaluate/heldOutPrompts';
import type { WeightBits } from '../../../models/quantize/integerWeights';
import { fp32Bytes, quantizedBytes } from '../../../models/quantize/quantizedBytes';
import type { FormatSize } from '../../../models/quantize/report/reportData';
import { weightsInTemporaryFile } from '../../../models/stageWeights.node';
import { nodeWasmBackend } from '../../backend/ort.node';
import { untilStopped } from '../../cli/untilStopped';
import { asError, asFailure } from '../../errors';
import { fingerprint } from '../../fingerprint';
import { nativeSize } from '../../model';
import { checkpointModel } from '../../model.checkpoint';
import { candidateParts } from '../candidate';
import { EXIT_CODES } from '../exitCodes';
import { type EvaluateArguments, parseArguments, USAGE } from './arguments.node';
import { baseline } from './baseline.node';
import { evaluateModel } from './evaluateModel.node';
import { figures } from './figures';

export async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.length === 0) {
    console.error(USAGE);
    return args.length === 0 ? 2 : 0;
  }
  try {
    const given = parseArguments(args);
    await untilStopped((signal) => evaluate(given, signal));
    return 0;
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (failure.code === 'internal') throw asError(failure, 'evaluate');
    console.error(failure.message);
    return EXIT_CODES[failure.code] ?? 1;
  }
}

/** Pictures that ranges are taken from. */
const CALIBRATED = 8;

async function evaluate(given: EvaluateArguments, signal: AbortSignal): Promise<void> {
  const path = given.model === 'demo' ? resolve(CLIP_TOKENIZER_HOME) : given.model;
  const checkpoint = await openDisk(path, given.options);
  const native = nativeSize(checkpoint.description);
  const { width, height } = given.size ?? { width: native, height: native };
  const drawing = { steps: given.steps, width, height };
  const domains = given.domains.length > 0 ? given.domains : GENERAL_DOMAINS;
  const prompts = heldOutPrompts(given.prompts, domains);
  const tasks = Array.from({ length: given.seeds }, (_, seed) => prompts.map((prompt) => ({ ...prompt, seed }))).flat();
  const bits = await weightBits(given);
  const activationBits = { w8a16: 16, w8a8: 8, w4a16: 16, w8: undefined, w4: undefined } as const;
  const backend = nodeWasmBackend();
  const calibrating = CALIBRATION_PROMPTS.filter(({ domain }) => domains.includes(domain)).slice(0, CALIBRATED);
  const options = { stages: given.stages, bits: () => bits, activationBits: activationBits[given.format] };
  const stages = await baseline(checkpoint, { ...options, drawing, prompts: calibrating }, backend, signal);
  const keep = weightsInTemporaryFile;
  const own = { model: checkpointModel(checkpoint, undefined, keep), backend };
  const asked = JSON.stringify([given.stages, given.bits && (await readFile(given.bits, 'utf8'))]);
  const data = await evaluateModel(
    {
      model: {
        name: given.model === 'demo' ? 'demo' : checkpoint.name,
        fingerprint: await fingerprint(await diskFiles(path, given.options)),
      },
      quantized: {
        format: given.format,
        rounding: 'nearest',
        fingerprint: createHash('sha256').update(asked).digest('hex'),
        sizes: sizes(checkpoint, given, bits),
      },
      tasks,
      drawing,
      comparedSteps: given.comparedSteps,
      drawn: given.reference,
      out: given.out,
    },
    own,
    candidateParts(checkpoint, stages, backend, keep),
    signal,
  );
  for (const line of figures(data)) console.log(line);
  console.log(join(given.out, 'report.html'));
}

async function weightBits({ format, bits: file }: EvaluateArguments): Promise<WeightBits> {
  const usual = format.startsWith('w4') ? 4 : 8;
  if (file === undefined) return () => usual;
  const named = parseJson('--bits', await readFile(file, 'utf8'), badArgument) as Readonly<Record<string, 8 | 4>>;
  return (key) => named[key] ?? usual;
}

function sizes({ description }: Checkpoint, { format, stages }: EvaluateArguments, bits: WeightBits): FormatSize[] {
  const whole = stages.reduce((sum, stage) => sum + fp32Bytes(description, stage), 0);
  const bytes = stages.reduce((sum, stage) => sum + quantizedBytes(description, stage, bits), 0);
  const size = (name: string, of: number): FormatSize => ({ format: name, bytes: of, fp32Bytes: whole });
  return [size(format, bytes), size('fp32', whole)];
}
