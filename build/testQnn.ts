/**
 * `npm run test:qnn -- --accept [options]`: compiles the quantized demo model with Qualcomm's own compiler for three chips,
 * every node on the NPU, runs it on the emulator of the NPU, and compares with what the graphs say and with float32.
 * Prints a table; exits with 1 where anything misses.
 *
 *   --quantized DIR                the graphs that npm run quantize has written there, every network of one size, as they lie there
 *   --keep                         what passes stays in --quantized DIR, compiled: phones of these chips then need not compile
 *   --java                         besides, at the end, the app's own way to the NPU, in Java: the UNet in --quantized DIR on two chips
 *   --license                      shows the terms of what is used, and nothing else
 *   --size WIDTHxHEIGHT | SIDE     pixels: 128, with --full 512
 *   --format w8a16|w8a8|w4a16      bits of weights and activations; w4a16 is mixed
 *   --linear conv|matmul           what linear layers become
 *   --heads batched|split          whether attention is drawn head by head
 *   --parts N                      the UNet in N graphs, with --full every network
 *   --stage NAME --chip NAME --part N   these alone; may be given several times
 *   --full                         Stable Diffusion 1.5 with random weights, by default its UNet for one chip
 *   --blocks SCOPE                 the blocks of that UNet whose scope contains this, each on its own
 *   --compile-only                 nothing is run
 *   --setting KEY=VALUE            more options of the compiler
 *   --memory GIGABYTES --minutes N   of one graph, beyond which it is given up
 *
 * It needs Python 3.11 and x86-64 Linux. What it installs stays in an ignored folder; none of it is part of this project.
 */
import { rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { badArgument } from '../models/commandLine.node';
import { CodedError } from '../models/errors';
import { HEADS_FORMS } from '../models/graph/qnn/attention';
import { STAGE_NAMES } from '../models/manifest';
import { fromCaller } from '../models/openDisk.node';
import { blockNetworks } from './qnn/blockNetworks';
import { demoNetworks } from './qnn/demoNetworks';
import { CHIPS, compiledFiles, emulated, FOLDER, install, installedLicense, SHOWN } from './qnn/emulator';
import { FORMATS } from './qnn/format';
import { fullNetworks } from './qnn/fullNetworks';
import { testJava } from './qnn/javaPath';
import { keep } from './qnn/keep';
import { showOnce } from './qnn/license';
import { type Job, type Network, quantizedStage } from './qnn/quantizedStage';
import { COLUMNS, line, passes } from './qnn/table';
import { writtenGraphs } from './qnn/writtenGraphs';

const CHECKPOINT = `${FOLDER}/sd15.safetensors`;

const LICENSE = `onnxruntime-qnn 2.7.0 holds Qualcomm's compiler for its NPUs, under Qualcomm's AI Stack License, which downloading or
using it accepts. The text is within the package: npm run test:qnn -- --license downloads it and shows the text.
Then: npm run test:qnn -- --accept`;

export async function main(args: readonly string[]): Promise<number> {
  try {
    return await tested(args);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    console.error(error.message);
    return 2;
  }
}

/** Whether it could be; says what is missing. */
function installed(): boolean {
  if (install()) return true;
  console.error('setup-missing: npm run test:qnn needs python3.11 with venv, and a package index that pip can reach');
  return false;
}

async function tested(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      accept: { type: 'boolean', default: false },
      license: { type: 'boolean', default: false },
      java: { type: 'boolean', default: false },
      quantized: { type: 'string' },
      keep: { type: 'boolean', default: false },
      size: { type: 'string' },
      format: { type: 'string', default: 'w8a16' },
      linear: { type: 'string', default: 'conv' },
      heads: { type: 'string', default: 'batched' },
      parts: { type: 'string', default: '1' },
      part: { type: 'string', multiple: true },
      stage: { type: 'string', multiple: true },
      chip: { type: 'string', multiple: true },
      full: { type: 'boolean', default: false },
      blocks: { type: 'string' },
      'compile-only': { type: 'boolean', default: false },
      setting: { type: 'string', multiple: true, default: [] },
      memory: { type: 'string', default: '14' },
      minutes: { type: 'string', default: '15' },
    },
  });
  if (values.license) {
    if (!installed()) return 1;
    console.log(installedLicense());
    return 0;
  }
  if (!values.accept) {
    console.error(LICENSE);
    return 2;
  }
  if (values.java && values.quantized === undefined) throw badArgument('--java', 'with --quantized DIR', '');
  if (values.keep && values.quantized === undefined) throw badArgument('--keep', 'with --quantized DIR', '');
  const { full } = values;
  const format = FORMATS[oneOf('--format', values.format, Object.keys(FORMATS) as (keyof typeof FORMATS)[])];
  const forms = {
    linear: oneOf('--linear', values.linear, ['conv', 'matmul'] as const),
    heads: oneOf('--heads', values.heads, HEADS_FORMS),
  };
  const stages = (values.stage ?? (full ? ['unet'] : STAGE_NAMES)).map((name) => oneOf('--stage', name, STAGE_NAMES));
  const chips = (values.chip ?? (full ? ['SM8650'] : CHIPS)).map((name) => oneOf('--chip', name, CHIPS));
  const size = sizeOf(values.size ?? (full ? '512' : '128'));
  const settings = Object.fromEntries(values.setting.map((word) => word.split('=', 2) as [string, string]));
  const limits = { bytes: 1e9 * number('--memory', values.memory), seconds: 60 * number('--minutes', values.minutes) };
  const parts = number('--parts', values.parts);
  const only = values.part && new Set(values.part.map((part) => number('--part', part)));
  if (!installed()) return 1;
  showOnce(installedLicense(), SHOWN, console.error);
  const folder = `${FOLDER}/${values.quantized !== undefined ? 'quantized' : values.blocks !== undefined ? 'blocks' : full ? 'full' : 'demo'}`;
  await rm(folder, { recursive: true, force: true });
  const jobs = async function* (): AsyncGenerator<Job> {
    if (values.quantized !== undefined) {
      const wanted = { stages, size: values.size === undefined ? undefined : size, only };
      yield* writtenGraphs(folder, fromCaller(values.quantized), wanted);
      return;
    }
    for (const network of await networksOf()) yield* quantizedStage(folder, network, format, only);
  };
  const networksOf = async (): Promise<readonly Network[]> =>
    values.blocks !== undefined
      ? await blockNetworks(CHECKPOINT, values.blocks, forms)
      : full
        ? await fullNetworks(CHECKPOINT, stages, size, parts, forms)
        : (await demoNetworks(size, parts, forms)).filter(({ name }) => stages.some((stage) => stage === name));
  console.log(COLUMNS);
  let [passed, failed] = [0, 0];
  for await (const job of jobs()) {
    const asked = values['compile-only'] ? { ...job, samples: 0 } : job;
    for (const chip of chips) {
      const found = await emulated(folder, asked, chip, settings, limits);
      console.log(line(job, chip, found));
      if (!passes(job, found)) failed++;
      else {
        passed++;
        if (values.keep && job.context !== undefined)
          await keep(fromCaller(values.quantized!), job.context, chip, compiledFiles(folder, job, chip));
      }
    }
  }
  console.log(`\n${passed} passed, ${failed} failed`);
  const java = values.java ? await testJava(fromCaller(values.quantized!)) : 0;
  return failed === 0 ? java : 1;
}

function oneOf<Name extends string>(option: string, word: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === word);
  if (!found) throw badArgument(option, names.join(', '), word);
  return found;
}

function number(option: string, word: string): number {
  if (!(Number(word) > 0)) throw badArgument(option, 'a number above 0', word);
  return Number(word);
}

/** Multiples of 8, as latents want them. */
function sizeOf(word: string): { readonly width: number; readonly height: number } {
  const [width, height = width] = word.split('x').map(Number);
  const fits = [width, height].every((side) => Number.isInteger(side) && side! > 0 && side! % 8 === 0);
  if (!fits) throw badArgument('--size', 'WIDTHxHEIGHT in multiples of 8', word);
  return { width: width!, height: height! };
}
