/**
 * `npm run evaluate -- MODEL --out DIR`: what quantizing a model has cost its pictures, as a report. Progress
 * goes to stderr, the figures that a model is judged by to stdout. Exit code 2 for bad arguments or a bad model, 130 when
 * stopped by Ctrl-C.
 */
import { join } from 'node:path';
import { modelPath, openDisk } from '../../../models/openDisk.node';
import { GENERAL_DOMAINS, heldOutPrompts } from '../../../models/quantize/evaluate/heldOutPrompts';
import { weightsInTemporaryFile } from '../../../models/stageWeights.node';
import { computing } from '../../backend/computing.node';
import { nativeSize } from '../../model';
import { checkpointModel } from '../../model.checkpoint';
import { modelFingerprint } from '../modelFingerprint.node';
import { runCommand } from '../runCommand.node';
import { type EvaluateArguments, parseArguments, USAGE } from './arguments.node';
import { evaluateModel } from './evaluateModel.node';
import { figures } from './figures';
import { judged } from './judged.node';

export const main = (args: readonly string[]): Promise<number> =>
  runCommand('evaluate', USAGE, args, (signal) => evaluate(parseArguments(args), signal));

async function evaluate(given: EvaluateArguments, signal: AbortSignal): Promise<void> {
  const path = modelPath(given.model);
  const checkpoint = await openDisk(path, given.options);
  const native = nativeSize(checkpoint.description);
  const { width, height } = given.size ?? { width: native, height: native };
  const drawing = { steps: given.steps, width, height };
  const domains = given.domains.length > 0 ? given.domains : GENERAL_DOMAINS;
  const prompts = heldOutPrompts(given.prompts, domains);
  const tasks = Array.from({ length: given.seeds }, (_, seed) => prompts.map((prompt) => ({ ...prompt, seed }))).flat();
  const backend = (await computing(given.engine)).backend();
  const { parts, quantized } = await judged(checkpoint, given, drawing, domains, backend, signal);
  const reference = { model: checkpointModel(checkpoint, undefined, weightsInTemporaryFile), backend };
  const model = {
    name: given.model === 'demo' ? 'demo' : checkpoint.name,
    fingerprint: await modelFingerprint(path, given.options, checkpoint),
  };
  const { comparedSteps, reference: drawn, out } = given;
  const evaluation = { model, quantized, tasks, domains, drawing, comparedSteps, drawn, out };
  for (const line of figures(await evaluateModel(evaluation, reference, parts, signal))) console.log(line);
  console.log(join(out, 'report.html'));
}
