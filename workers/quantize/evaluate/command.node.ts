/**
 * `npm run evaluate -- MODEL --out DIR`: what quantizing a model has cost its pictures, as a report. Progress
 * goes to stderr, the figures that a model is judged by to stdout. Exit code 2 for bad arguments or a bad model, 130 when
 * stopped by Ctrl-C.
 */
import { join, resolve } from 'node:path';
import { CLIP_TOKENIZER_HOME } from '../../../models/clipTokenizer';
import { diskFiles, openDisk } from '../../../models/openDisk.node';
import { GENERAL_DOMAINS, heldOutPrompts } from '../../../models/quantize/evaluate/heldOutPrompts';
import { weightsInTemporaryFile } from '../../../models/stageWeights.node';
import { nodeWasmBackend } from '../../backend/ort.node';
import { untilStopped } from '../../cli/untilStopped';
import { asError, asFailure } from '../../errors';
import { fingerprint } from '../../fingerprint';
import { nativeSize } from '../../model';
import { checkpointModel } from '../../model.checkpoint';
import { EXIT_CODES } from '../exitCodes';
import { type EvaluateArguments, parseArguments, USAGE } from './arguments.node';
import { evaluateModel } from './evaluateModel.node';
import { figures } from './figures';
import { judged } from './judged.node';

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

async function evaluate(given: EvaluateArguments, signal: AbortSignal): Promise<void> {
  const path = given.model === 'demo' ? resolve(CLIP_TOKENIZER_HOME) : given.model;
  const checkpoint = await openDisk(path, given.options);
  const native = nativeSize(checkpoint.description);
  const { width, height } = given.size ?? { width: native, height: native };
  const drawing = { steps: given.steps, width, height };
  const domains = given.domains.length > 0 ? given.domains : GENERAL_DOMAINS;
  const prompts = heldOutPrompts(given.prompts, domains);
  const tasks = Array.from({ length: given.seeds }, (_, seed) => prompts.map((prompt) => ({ ...prompt, seed }))).flat();
  const backend = nodeWasmBackend();
  const { parts, quantized } = await judged(checkpoint, given, drawing, domains, backend, signal);
  const reference = { model: checkpointModel(checkpoint, undefined, weightsInTemporaryFile), backend };
  const model = {
    name: given.model === 'demo' ? 'demo' : checkpoint.name,
    fingerprint: await fingerprint(await diskFiles(path, given.options)),
  };
  const { comparedSteps, reference: drawn, out } = given;
  const evaluation = { model, quantized, tasks, drawing, comparedSteps, drawn, out };
  for (const line of figures(await evaluateModel(evaluation, reference, parts, signal))) console.log(line);
  console.log(join(out, 'report.html'));
}
