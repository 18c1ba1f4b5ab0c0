/**
 * `npm run test:qnn -- --accept [--side PIXELS] [--parts N] [--linear conv|matmul]`: compiles the quantized demo model with
 * Qualcomm's own compiler for three chips, every node on the NPU, runs it on the emulator of the NPU, and compares with
 * what the graphs say and with float32. Prints a table; exits with 1 where anything misses.
 *
 * It needs Python 3.11 and x86-64 Linux. What it installs stays in an ignored folder; none of it is part of this project.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type Job, quantizedDemo } from './qnn/quantizedDemo';

const FOLDER = 'dist/qnn';
const PYTHON = `${FOLDER}/venv/bin/python`;
const PACKAGES = ['onnxruntime-qnn==2.7.0', 'onnxruntime==1.32.0', 'numpy==2.4.6'];
const CHIPS = ['SM8550', 'SM8650', 'SM8750'];

/** Least signal to noise, decibels: of the emulator against the graph's own arithmetic, and of a compiled graph read again. */
const LEAST = 50;

const LICENSE = `onnxruntime-qnn 2.7.0 holds Qualcomm's compiler for its NPUs, under Qualcomm's AI Stack License, which using it accepts.
Read it first: Qualcomm_LICENSE.pdf within the wheel, at https://pypi.org/project/onnxruntime-qnn/2.7.0/#files.
Then: npm run test:qnn -- --accept`;

interface Found {
  readonly seconds: number;
  readonly peakBytes: number;
  readonly toExact: number;
  readonly reloaded: number;
  readonly toFloat: number;
  readonly exactToFloat: number;
}

export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      accept: { type: 'boolean', default: false },
      side: { type: 'string', default: '128' },
      parts: { type: 'string', default: '1' },
      linear: { type: 'string', default: 'conv' },
    },
  });
  if (!values.accept) {
    console.error(LICENSE);
    return 2;
  }
  if (!install()) return 1;
  const folder = `${FOLDER}/graphs`;
  await rm(folder, { recursive: true, force: true });
  const linear = values.linear === 'matmul' ? 'matmul' : 'conv';
  const jobs = await quantizedDemo(folder, Number(values.side), Number(values.parts), linear);
  console.log('graph          chip     compiled, peak    to its own numbers  read again  to float32 (at best)');
  let missed = 0;
  for (const job of jobs) for (const chip of CHIPS) missed += report(job, chip, emulated(folder, job, chip)) ? 0 : 1;
  console.log(`\n${jobs.length * CHIPS.length - missed} passed, ${missed} failed`);
  return missed === 0 ? 0 : 1;
}

function install(): boolean {
  if (existsSync(PYTHON)) return true;
  const commands = [
    ['python3.11', '-m', 'venv', `${FOLDER}/venv`],
    [PYTHON, '-m', 'pip', 'install', '--quiet', ...PACKAGES],
  ];
  return commands.every(([command, ...rest]) => spawnSync(command!, rest, { stdio: 'inherit' }).status === 0);
}

/** What was found, or why nothing was: each graph has a process of its own, since the compiler may end it. */
function emulated(folder: string, job: Job, chip: string): Found | string {
  const command = ['spec/qnn/emulate.py', folder, JSON.stringify(job), chip];
  const { status, signal, stdout, stderr } = spawnSync(PYTHON, command, { encoding: 'utf8' });
  if (status === 0) return JSON.parse(stdout.trim().split('\n').at(-1)!) as Found;
  return signal ? `ended by ${signal}` : stderr.trim().split('\n').at(-1)!.slice(0, 400);
}

/** Whether it is as it should be. */
function report({ name }: Job, chip: string, found: Found | string): boolean {
  const head = `${name.padEnd(14)} ${chip}  `;
  if (typeof found === 'string') {
    console.log(`${head}FAIL ${found}`);
    return false;
  }
  const { seconds, peakBytes, toExact, reloaded, toFloat, exactToFloat } = found;
  const fine = toExact >= LEAST && reloaded >= LEAST;
  const columns = [
    `${seconds} s`,
    `${(peakBytes / 1e6).toFixed(0)} MB`,
    toExact,
    Math.min(reloaded, 999),
    toFloat,
    exactToFloat,
  ];
  console.log(head + columns.map((column) => `${column}`.padStart(10)).join('') + (fine ? '' : '  FAIL'));
  return fine;
}
