/**
 * `npm run generate` and `npm run convert` within the spec's process, for what hangs on no process of their own: starting one, and
 * bundling what it runs, takes longer than most of what is asked of it. That they do run as processes generate.spec.ts sees.
 */
import { main as convertMain } from '../../../models/convert';
import { main as generateMain } from '../../../workers/cli';

export interface Ran {
  /** The exit code. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs them where `folder` is what paths are relative to; one after another, since what they say is caught. */
export const commandsIn = (folder: () => string) => ({
  generate: (...args: readonly string[]): Promise<Ran> => inTurn(() => ran(generateMain, folder(), args)),
  convert: (...args: readonly string[]): Promise<Ran> => inTurn(() => ran(convertMain, folder(), args)),
});

let before: Promise<unknown> = Promise.resolve();

function inTurn(run: () => Promise<Ran>): Promise<Ran> {
  const next = before.then(run, run);
  before = next;
  return next;
}

async function ran(
  main: (args: readonly string[]) => Promise<number>,
  folder: string,
  args: readonly string[],
): Promise<Ran> {
  const { log, error } = console;
  const { write } = process.stderr;
  const caller = process.env.POCKET_CALLER;
  let [stdout, stderr] = ['', ''];
  console.log = (line: string) => {
    stdout += `${line}\n`;
  };
  console.error = (line: string) => {
    stderr += `${line}\n`;
  };
  process.stderr.write = ((text: string) => {
    stderr += text;
    return true;
  }) as typeof write;
  process.env.POCKET_CALLER = folder;
  try {
    const status = await main(args);
    return { status, stdout, stderr };
  } finally {
    Object.assign(console, { log, error });
    process.stderr.write = write;
    if (caller === undefined) delete process.env.POCKET_CALLER;
    else process.env.POCKET_CALLER = caller;
  }
}
