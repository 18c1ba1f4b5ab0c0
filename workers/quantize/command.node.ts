/**
 * `npm run quantize -- MODEL --out DIR`: a checkpoint to integers, calibrated on what it draws. Progress and notes go to
 * stderr, the files that came of it to stdout. Exit code 2 for bad arguments or a bad model, 130 when stopped by Ctrl-C.
 */
import { parseArguments, USAGE } from './arguments.node';
import { quantizeModel } from './quantizeModel.node';
import { runCommand } from './runCommand.node';

export const main = (args: readonly string[]): Promise<number> =>
  runCommand('quantize', USAGE, args, async (signal) => {
    for (const file of await quantizeModel(parseArguments(args), signal)) console.log(file);
  });
