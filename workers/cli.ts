/**
 * `npm run generate -- "PROMPT"`: the composition root in Node. Stdout carries the result and nothing else; progress,
 * notes and complaints go to stderr. Exit code 0 only with every picture written, 2 for bad arguments or a bad model,
 * 130 when stopped by Ctrl-C, 1 for anything else.
 */
import { resolve } from 'node:path';
import { CLIP_TOKENIZER_HOME } from '../models/clipTokenizer';
import { fromCaller, openDisk } from '../models/openDisk.node';
import { weightsInTemporaryFile } from '../models/stageWeights.node';
import type { Failure, ImageRequest, Timings } from './api';
import { nodeWasmBackend } from './backend/ort.node';
import { type CliArguments, parseArguments, USAGE } from './cli/arguments';
import { writePng } from './cli/png';
import { terminalProgress } from './cli/progress';
import { asFailure, CodedError } from './errors';
import { type Model, nativeSize } from './model';
import { checkpointModel } from './model.checkpoint';
import { textToImage } from './pipeline';
import { checkRequest } from './request';

const EXIT_CODES: Partial<Record<Failure['code'], number>> = {
  'bad-argument': 2,
  'bad-model': 2,
  'unsupported-model': 2,
  aborted: 130,
};

export async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.length === 0) {
    console.error(USAGE);
    return args.length === 0 ? 2 : 0;
  }
  try {
    await generate(parseArguments(args));
    return 0;
  } catch (thrown) {
    const failure = asFailure(thrown);
    console.error(failure.message);
    return EXIT_CODES[failure.code] ?? 1;
  }
}

async function generate(given: CliArguments): Promise<void> {
  // What can be refused without the model is: nobody should wait for a checkpoint to hear that steps are 0.
  checkRequest({ ...given.request, width: given.width ?? 512, height: given.height ?? 512 });
  const model = await openModel(given);
  const native = nativeSize(model.description);
  const request = { ...given.request, width: given.width ?? native, height: given.height ?? native };
  const { files, seeds, timings } = await draw(request, model, given.out);
  if (given.json) console.log(JSON.stringify(report(request, model.name, files, seeds, timings)));
  else for (const file of files) console.log(file);
}

async function openModel({ model: name, options }: CliArguments): Promise<Model> {
  // The demo model's folder is also where CLIP's tokenizer lies.
  const path = name === 'demo' ? resolve(CLIP_TOKENIZER_HOME) : fromCaller(name);
  const checkpoint = await openDisk(path, options);
  for (const module of checkpoint.ignored ?? []) console.error(`note: left out, for another network: ${module}`);
  return checkpointModel(name === 'demo' ? { ...checkpoint, name } : checkpoint, weightsInTemporaryFile);
}

async function draw(request: ImageRequest, model: Model, out: string | undefined) {
  const abort = new AbortController();
  const stop = () =>
    abort.abort(new CodedError('aborted', { argument: 'Ctrl-C', expected: 'to finish', got: 'a stop' }));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const progress = terminalProgress(request, process.stderr);
  const files: string[] = [];
  const seeds: number[] = [];
  let timings: Timings | undefined;
  try {
    for await (const event of textToImage(request, { model, backend: nodeWasmBackend() }, abort.signal)) {
      progress.show(event);
      if (event.type === 'prompt' && event.cut) {
        progress.end();
        console.error(`note: ${event.which} is longer than ${event.tokens} tokens; left out: ${event.cut}`);
      }
      if (event.type === 'image') {
        const file = fromCaller(fileName(request, event.picture.seed, out));
        await writePng(file, event.picture);
        files.push(file);
        seeds.push(event.picture.seed);
      }
      if (event.type === 'failed') throw asError(event);
      if (event.type === 'finished') timings = event.timings;
    }
  } finally {
    progress.end();
    process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop);
  }
  return { files, seeds, timings: timings! };
}

/** One picture goes to FILE.png; of several, each to FILE-SEED.png. */
function fileName(request: ImageRequest, seed: number, out: string | undefined): string {
  if (out === undefined) return `picture-${seed}.png`;
  return request.numImages === 1 ? out : out.replace(/\.png$/i, `-${seed}.png`);
}

function report(request: ImageRequest, model: string, files: string[], seeds: number[], timings: Timings) {
  const { prompt: _, negativePrompt: __, seed, ...settings } = request;
  const rounded = Object.fromEntries(Object.entries(timings).map(([part, value]) => [part, Math.round(value)]));
  return {
    files,
    seed,
    seeds,
    model,
    ...settings,
    backend: 'wasm',
    weights: 'exact',
    milliseconds: rounded,
    // Node reports the high-water mark of resident memory in kilobytes: WASM heap, JS and the program itself.
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  };
}

/** Back from data to something to throw, its code kept for the exit code. */
function asError(failure: Failure): Error {
  if (failure.code === 'internal') return new Error(failure.message);
  return new CodedError(
    failure.code,
    failure.details ?? { argument: 'generate', expected: 'a picture', got: failure.message },
  );
}
