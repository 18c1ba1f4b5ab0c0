/** Others' programs, installed on demand from PyPI into an ignored folder, each measured in a process of its own. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Options, Timed } from './engines';
import type { Figure } from './figures';

export const FOLDER = 'dist/peers';
export const SCRIPTS = 'build/bench/cpu/peers';

/** An environment of Python by its name, and what is installed there. */
const ENVIRONMENTS = {
  native: [
    ...['torch==2.11.0', 'diffusers==0.42.1', 'transformers==5.23.0', 'numpy==2.4.6', 'openvino==2026.4.1'],
    // Built here by the compiler that there is, for this very processor.
    'stable-diffusion-cpp-python==0.4.7',
  ],
  litert: ['litert-torch==0.10.0', 'torch==2.11.0', 'diffusers==0.42.1'],
} as const;

export interface PythonPeer {
  /** Of `build/bench/cpu/peers`. */
  readonly script: string;
  /** Whether it reads a checkpoint. */
  readonly checkpoint?: boolean;
}

/** Throws where it cannot be installed or its script fails, with the last that it said. */
export async function* measuredInPython(
  { script, checkpoint }: PythonPeer,
  figures: readonly Figure[],
  options: Options,
): AsyncGenerator<Timed> {
  const name = script.replace(/\.py$/, '');
  const folder = `${FOLDER}/${name}`;
  await mkdir(folder, { recursive: true });
  const python = pythonOf('native');
  const job = {
    ...{ figures, folder, threads: options.threads, runs: options.runs },
    ...(checkpoint ? { checkpoint: await options.checkpoint() } : {}),
  };
  const child = spawn(python, [`${SCRIPTS}/${script}`, JSON.stringify(job)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, OMP_NUM_THREADS: `${options.threads}`, PYTHONDONTWRITEBYTECODE: '1' },
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-4000);
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  for await (const line of createInterface(child.stdout)) {
    if (!line.startsWith('{')) continue;
    const { seconds, peakBytes, precision, ...figure } = JSON.parse(line) as Figure & {
      readonly seconds: readonly number[];
      readonly peakBytes: number;
      readonly precision?: string;
    };
    const runs = seconds.map((each) => 1000 * each);
    yield { figure, runs, peakBytes, ...(precision ? { note: precision } : {}) };
  }
  const status = await ended;
  if (status !== 0) throw new Error(`${script} (${status}): ${said.trim().split('\n').at(-1)}`);
}

/** The Python of an environment, which is made where there is none. */
export function pythonOf(environment: keyof typeof ENVIRONMENTS): string {
  const packages: readonly string[] = ENVIRONMENTS[environment];
  const venv = `${FOLDER}/venv-${environment}`;
  const python = `${venv}/bin/python`;
  const done = `${venv}/packages`;
  if (existsSync(done) && readFileSync(done, 'utf8') === packages.join()) return python;
  console.error(`Installing ${packages.join(', ')} into ${venv} …`);
  for (const [command, ...args] of [
    ['python3', '-m', 'venv', '--clear', venv],
    // An older one takes half an hour to find out what fits together.
    [python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--upgrade', 'pip'],
    [python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages],
  ]) {
    if (spawnSync(command!, args, { stdio: ['ignore', 2, 2] }).status !== 0)
      throw new Error(`${packages[0]} could not be installed; what was said is above`);
  }
  writeFileSync(done, packages.join());
  return python;
}
