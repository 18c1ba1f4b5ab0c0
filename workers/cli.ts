/**
 * `npm run generate -- "PROMPT"`: the composition root in Node. Stdout carries the result and nothing else; progress,
 * notes and complaints go to stderr. Exit code 0 only with every picture written, 2 for bad arguments or a bad model,
 * 130 when stopped by Ctrl-C, 1 for anything else.
 */
import { availableParallelism } from 'node:os';
import { aboutGiven } from '../models/givenFiles.node';
import { fromCaller } from '../models/openDisk.node';
import type { WeightForm } from '../models/quantize/weightForm';
import { untilStopped } from '../models/untilStopped.node';
import type { ImageEvent, ImageRequest } from './api';
import { nodeInt8Backend } from './backend/int8/int8.node';
import { nodeWasmBackend } from './backend/ort.node';
import { asTyped, type CliArguments, type CliBackend, fromWord, parseArguments, USAGE } from './cli/arguments';
import { controlsOf } from './cli/controlOptions';
import { EXIT_CODES } from './cli/exitCodes';
import { guidanceFor } from './cli/guidanceOptions';
import { brought, type GivenImages, readImage, sizeOf } from './cli/images';
import { ipAdaptersOf } from './cli/ipAdapterOptions';
import { lorasOf } from './cli/loraOptions';
import { openModel } from './cli/openModel';
import { peakNotes, planNotes } from './cli/planNotes';
import { checkWritable, writePng } from './cli/png';
import { drawingProgress } from './cli/progress';
import { numbersNotes, readFrom, recipeNotes } from './cli/recipe';
import { fastNote, fastSaving } from './cli/savingOptions';
import { modelsBeside, plannedBeside } from './cli/steered';
import { embeddingsOf } from './cli/textOptions';
import { tinyVaeOf } from './cli/tinyVaeOptions';

import { asError, asFailure } from './errors';
import { largestPass } from './hires';
import { imagePrompting, imageTokens } from './imagePrompting';
import type { Courses } from './memory/course';
import { nodeDevice } from './memory/device.node';
import { planDrawing } from './memory/drawingPlan';
import { forecastSize } from './memory/forecast';
import { forecastInt8, int8Plan } from './memory/int8Plan';
import { promptingBytes } from './memory/promptingBytes';
import { nativeSize } from './model';
import type { Parts } from './openStage';
import { controlsSaid, type DrawnBy, type Recipe, recipeChunks } from './pictureFile/recipe';
import { requestOfPicture } from './pictureFile/requestOfPicture';
import { ipAdaptersSaid } from './pictureFile/saidIpAdapters';
import { seedLabel } from './pictureFile/seedLabel';
import { textToImage } from './pipeline';
import { plannedTokens } from './prompts';
import { checkRequest } from './request';
import { pictureSeeds } from './sampling';
import { strengthOf } from './strength';
import { tinyManifest, tinyModel } from './tinyVae';

export async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.length === 0) {
    console.error(USAGE);
    return args.length === 0 ? 2 : 0;
  }
  try {
    const from = fromWord(args);
    const recipe = from === undefined ? undefined : await readFrom(from);
    const given = parseArguments(args, recipe);
    if (recipe) for (const note of recipeNotes(recipe, given)) console.error(note);
    await generate(given, recipe);
    return 0;
  } catch (thrown) {
    const failure = asTyped(asFailure(aboutGiven(thrown, args)));
    console.error(failure.message);
    return EXIT_CODES[failure.code] ?? 1;
  }
}

async function generate(given: CliArguments, recipe: Recipe | undefined): Promise<void> {
  const { request: asked, choices, hashes, notes } = await lorasOf(given.request, given.loras, recipe);
  for (const note of notes) console.error(note);
  const steering = await controlsOf(given.controls);
  const like = await ipAdaptersOf(given.ipAdapters);
  const words = { ...asked, ...(await embeddingsOf(given.embeddings)), ...steering.request, ...like.request };
  const images = await imagesOf(given);
  const own = images.initImage ? sizeOf(images.initImage, words) : undefined;
  const { width = own?.width, height = own?.height } = given;
  const sized = (size: { width: number; height: number }): ImageRequest => {
    const request = { ...words, ...size, ...brought(images, size, words), guidance: guidanceFor(words) };
    // Said, so that it is in the file.
    const strength = images.initImage ? { strength: strengthOf(request) } : {};
    return { ...request, ...strength, ...(given.fast ? fastSaving({ ...request, ...strength }) : {}) };
  };
  // What can be refused without the model is: nobody should wait for a checkpoint to hear that steps are 0.
  const request = sized({ width: width ?? 512, height: height ?? 512 });
  checkRequest(request);
  await checkWritable(fromCaller(fileName(given.request, given.request.only ?? 0, given.out)));
  const tiny = await tinyVaeOf(given.request);
  await untilStopped(async (signal) => {
    const opened = await openModel({ ...given, request, width, height, steerers: steering.opened }, choices, signal);
    const { use } = given.request.tinyVae ?? {};
    const manifest = tiny ? tinyManifest(opened.manifest, tiny, use) : opened.manifest;
    const model = tiny ? tinyModel(opened.model, tiny, manifest, use) : opened.model;
    const native = nativeSize(manifest.description);
    const asked = sized({ width: width ?? native, height: height ?? native });
    const device = nodeDevice();
    const int8 = given.backend === 'wasm-int8';
    const planned = plannedBeside(steering.opened, opened.manifest);
    const backend = int8 ? await nodeInt8Backend() : nodeWasmBackend();
    for (const note of numbersNotes(recipe, backend)) console.error(note);
    const seeing = int8 ? nodeWasmBackend() : backend;
    const { unet } = manifest.description;
    const prompts = like.opened.length > 0 ? imagePrompting(like.opened, unet, seeing) : undefined;
    const shown = prompts
      ? { imageTokens: imageTokens(prompts, asked.ipAdapters!), before: promptingBytes(prompts) }
      : {};
    const drawn = { ...largestPass(asked), tokens: await plannedTokens(asked, model), ...shown, steering: planned };
    const threads = availableParallelism();
    const plan = int8 ? int8Plan(manifest, drawn, device, threads) : planDrawing(manifest, drawn, device);
    const forecast = () =>
      int8 ? forecastInt8(manifest, drawn, device, threads) : forecastSize(manifest, drawn, device);
    const notes = [...(int8 ? peakNotes(plan, drawn) : []), ...planNotes(plan, drawn, forecast)];
    for (const note of notes) console.error(note);
    if (given.fast) console.error(fastNote(given.backend, asked));
    const { courses, guidance } = plan;
    const steered = modelsBeside(steering.opened, planned);
    const parts = {
      ...{ model, backend, courses },
      ...(planned.length > 0 ? { controls: steered.models } : {}),
      ...(prompts ? { imagePrompts: prompts } : {}),
    };
    const by = { model: model.name, weights: manifest.weights, backend: given.backend, loraHashes: hashes };
    const drawing = draw({ ...asked, guidance }, parts, { by, out: given.out }, signal);
    const { files, seeds, finished } = await drawing.finally(async () => {
      await steered.close();
      opened.close?.();
    });
    const how = { model: model.name, backend: given.backend, weights: manifest.weights, courses };
    if (given.json) console.log(JSON.stringify(report({ ...asked, guidance }, how, files, seeds, finished)));
    else for (const file of files) console.log(file);
  });
}

interface Outcome {
  /** Besides the request, what is written into the files. */
  readonly by: Omit<DrawnBy, 'request'>;
  readonly out: string | undefined;
}

async function draw(request: ImageRequest, parts: Parts, { by, out }: Outcome, signal: AbortSignal) {
  const progress = drawingProgress(request, process.stderr);
  const files: string[] = [];
  const seeds: number[] = [];
  let finished: Finished | undefined;
  try {
    for await (const event of textToImage(request, parts, signal)) {
      progress.show(event);
      if (event.type === 'prompt' && event.cut) {
        progress.end();
        console.error(`note: ${event.which} is longer than ${event.tokens} tokens; left out: ${event.cut}`);
      }
      if (event.type === 'prompt' && event.styled) {
        progress.end();
        console.error(`note: ${event.which} is taken literally; --prompt-style a1111 reads its weights and edits`);
      }
      if (event.type === 'image') {
        const file = fromCaller(fileName(request, event.image, out));
        const { numbers } = event;
        const drawn = {
          ...by,
          ...(numbers ? { numbers } : {}),
          request: requestOfPicture(request, event.picture, event.image),
        };
        await writePng(file, event.picture, recipeChunks(drawn));
        files.push(file);
        seeds.push(event.picture.seed);
      }
      if (event.type === 'failed') throw asError(event, 'generate');
      if (event.type === 'finished') finished = event;
    }
  } finally {
    progress.end();
  }
  return { files, seeds, finished: finished! };
}

async function imagesOf({ initImage, maskImage }: CliArguments): Promise<GivenImages> {
  return {
    ...(initImage === undefined ? {} : { initImage: await readImage(initImage) }),
    ...(maskImage === undefined ? {} : { maskImage: await readImage(maskImage) }),
  };
}

/**
 * One picture goes to FILE.png; of several, each to FILE-SEED.png, where they share the seed to FILE-SEED-SUBSEED.png or
 * FILE-SEED-PLACE.png.
 */
function fileName(request: CliArguments['request'], image: number, out: string | undefined): string {
  const label = seedLabel(request, pictureSeeds(request, image), image);
  if (out === undefined) return `picture-${label}.png`;
  return request.numImages === 1 ? out : out.replace(/\.png$/i, `-${label}.png`);
}

type Finished = Extract<ImageEvent, { type: 'finished' }>;

function report(
  request: ImageRequest,
  how: {
    readonly model: string;
    readonly backend: CliBackend;
    readonly weights: WeightForm;
    readonly courses: Courses;
  },
  files: string[],
  seeds: number[],
  finished: Finished,
) {
  const {
    prompt: _,
    negativePrompt: __,
    initImage: ___,
    maskImage: ____,
    seed,
    embeddings,
    tinyVae,
    controls: _____,
    ipAdapters: ______,
    ...settings
  } = request;
  const rounded = Object.fromEntries(
    Object.entries(finished.timings).map(([part, value]) => [part, Math.round(value)]),
  );
  return {
    files,
    seed,
    seeds,
    ...how,
    ...settings,
    ...controlsSaid(request),
    ...ipAdaptersSaid(request),
    ...(embeddings ? { embeddings: embeddings.map(({ name }) => name) } : {}),
    ...(tinyVae ? { tinyVae: tinyVae.file === 'demo' ? 'demo' : tinyVae.file.path } : {}),
    milliseconds: rounded,
    heapBytes: finished.heapBytes,
    // Node reports the high-water mark of resident memory in kilobytes: WASM heap, JS and the program itself.
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  };
}
