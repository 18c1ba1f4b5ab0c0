/** The frame of the commands here: help, Ctrl-C, one line for what goes wrong, and an exit code. */
import { aboutGiven } from '../../models/givenFiles.node';
import { untilStopped } from '../../models/untilStopped.node';
import { EXIT_CODES } from '../cli/exitCodes';
import { asError, asFailure } from '../errors';

/** Runs `work` with `args` unless they ask for `usage`; resolves to the exit code. A fault of ours is thrown as it is. */
export async function runCommand(
  name: string,
  usage: string,
  args: readonly string[],
  work: (signal: AbortSignal) => Promise<void>,
): Promise<number> {
  if (args.includes('--help') || args.length === 0) {
    console.error(usage);
    return args.length === 0 ? 2 : 0;
  }
  try {
    await untilStopped(work);
    return 0;
  } catch (thrown) {
    const failure = asFailure(aboutGiven(thrown, args));
    if (failure.code === 'internal') throw asError(failure, name);
    console.error(failure.message);
    return EXIT_CODES[failure.code] ?? 1;
  }
}
