/**
 * `npm run quantize -- MODEL --out DIR`: a checkpoint to integers, calibrated on what it draws. Progress and notes go to
 * stderr, the files that came of it to stdout. Exit code 2 for bad arguments or a bad model, 130 when stopped by Ctrl-C.
 */

import { untilStopped } from '../cli/untilStopped';
import { asError, asFailure } from '../errors';
import { parseArguments, USAGE } from './arguments.node';
import { EXIT_CODES } from './exitCodes';
import { quantizeModel } from './quantizeModel.node';

export async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.length === 0) {
    console.error(USAGE);
    return args.length === 0 ? 2 : 0;
  }
  try {
    const given = parseArguments(args);
    await untilStopped(async (signal) => {
      for (const file of await quantizeModel(given, signal)) console.log(file);
    });
    return 0;
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (failure.code === 'internal') throw asError(failure, 'quantize');
    console.error(failure.message);
    return EXIT_CODES[failure.code] ?? 1;
  }
}
