/**
 * Text to image, or image to image: the whole of it, in the order in which it happens. The same generator serves the command, the page
 * and the specs; each hands it a request, a model and a backend and listens to events.
 *
 * Memory rules: of the picture's encoder, the text encoder, the UNet and the decoder each is opened, run and closed before the next. Whoever
 * opens a network here closes it here, also when the caller walks away in the middle.
 */
import { branchesOf } from '../models/graph/unet';
import { later } from '../models/later';
import type { StageSize } from '../models/stage';
import { untilMessagesAreRead } from '../models/turn';
import type { ImageEvent, ImageRequest, Picture } from './api';
import { asksHires, asksInpaint } from './asked';
import type { ConditioningInPasses, ConditioningInSteps } from './conditioning';
import { type Denoiser, modelSample } from './diffusion/denoiser';
import { rgb8 } from './diffusion/image';
import type { Latents } from './diffusion/latents';
import { drive } from './diffusion/sampling';
import { asFailure, CodedError } from './errors';
import { fromNoise } from './fromNoise';
import { guidedDenoiser, shownIn } from './guidance';
import type { Encoded } from './initImage';
import type { Prepared } from './inpaint/prepared';
import { latentsAreDrawn, scalingOf } from './latentScaling';
import type { Model } from './model';
import { close, Drawing, open, openCut, toldIn } from './networks';
import type { Parts } from './openStage';
import { firstPass, type Pass, stageSize } from './passes';
import type { Previews } from './previews';
import { guidanceFor, isPerpendicular, noiseFor, pictureSeeds } from './sampling';
import { imagePrompts, showing } from './showing';
import type { ImagePrompts } from './shownImages';
import type { SteeredUnet } from './steering';
import type { Tensor } from './tensor';
import { unetSize } from './unetSize';

/** Draws `request`. Never throws: what goes wrong is the last event, `failed`; a stop is `failed` with `aborted`. */
export async function* textToImage(
  request: ImageRequest,
  parts: Parts,
  signal: AbortSignal,
): AsyncGenerator<ImageEvent, void> {
  try {
    const { checkRequest } = await later(import('./request'));
    const { request: drawn, finish } = await preparedOf(checkRequest(request));
    for await (const event of draw(new Drawing(drawn, parts, signal)))
      yield event.type === 'image' && finish
        ? { ...event, picture: { ...event.picture, ...finish(event.picture) } }
        : event;
  } catch (thrown) {
    yield { type: 'failed', ...asFailure(signal.aborted ? signal.reason : thrown) };
  }
}

/** What is drawn for `request`, and what becomes of a picture of it, where that is another. */
const preparedOf = async (request: ImageRequest): Promise<Pick<Prepared, 'request'> & Partial<Prepared>> =>
  asksInpaint(request) ? (await later(import('./inpaint/prepared'))).prepared(request) : { request };

async function* draw(drawing: Drawing): AsyncGenerator<ImageEvent, void> {
  const { request, parts } = drawing;
  const { numImages, only } = request;
  refuseMissing(parts.model, request);
  const { scheduler } = parts.model.description;
  const first = await firstPass(request, scheduler);
  const second = asksHires(request) ? await (await hires()).secondPassOf(first, scheduler) : undefined;
  const encoded = yield* encodeGiven(drawing, request);
  const conditioning = yield* encodePrompts(drawing);
  const like = request.ipAdapters
    ? yield* (await imagePrompts()).encodedImages(drawing, isGuided(conditioning))
    : undefined;
  for (let image = only ?? 0; image < (only ?? numImages - 1) + 1; image++) {
    const seeds = pictureSeeds(request, image);
    let latents = yield* denoise(drawing, second?.first ?? first, { conditioning, encoded, like }, image);
    if (second) {
      const larger = yield* second.begin(latents, {
        decode: () => decode(drawing, latents, request),
        encode: (small) => encodeGiven(drawing, small),
        between: (pixels) => ({ type: 'between', image, picture: { ...sizeOf(request), pixels, ...seeds } }),
      });
      const shown = conditioning.second ?? conditioning;
      latents = yield* denoise(drawing, second.pass, { conditioning: shown, encoded: larger, like }, image);
    }
    yield { type: 'decoding', image };
    const size = sizeOf(second?.pass.request ?? request);
    const pixels = yield* decode(drawing, latents, size);
    const { numbers } = parts.backend;
    yield { type: 'image', image, picture: { ...size, pixels, ...seeds }, ...(numbers ? { numbers } : {}) };
  }
  yield { type: 'finished', timings: drawing.watch.timings(), heapBytes: drawing.heapBytes };
}

type Size = Pick<Picture, 'width' | 'height'>;
const sizeOf = ({ width, height }: Size): Size => ({ width, height });

/** Fetched for the first drawing in two passes. */
const hires = () => later(import('./hiresPass'));

/** An inpainting UNet also sees a mask and the picture under it. */
const inpaints = ({ description: { unet } }: Model): boolean => unet.inChannels !== unet.outChannels;

function refuseMissing(model: Model, { initImage, maskImage, cacheBranch = 0 }: ImageRequest): void {
  const branches = branchesOf(model.description.unet);
  if (cacheBranch >= branches) {
    const expected = `below ${branches}, which is how many skips this UNet has`;
    throw new CodedError('bad-argument', { argument: 'cacheBranch', expected, got: `${cacheBranch}` });
  }
  if (!inpaints(model) || (initImage && maskImage)) return;
  const { inChannels, outChannels } = model.description.unet;
  const expected = `a UNet that takes ${outChannels} channels, or a picture and a mask to draw into`;
  const argument = `${model.name}: unet`;
  throw new CodedError('unsupported-model', { argument, expected, got: `${inChannels} channels` });
}

/** Fetched for the first drawing that begins from a picture. */
const fromImage = () => later(import('./initImage'));

/** The picture that `request` begins from, where there is one. */
async function* encodeGiven(drawing: Drawing, request: ImageRequest): AsyncGenerator<ImageEvent, Encoded | undefined> {
  const { parts, watch } = drawing;
  if (!request.initImage) return undefined;
  const { encodeImages } = await fromImage();
  const encoder = yield* open(drawing, 'vae_encoder', stageSize(request));
  try {
    yield { type: 'encoding' };
    return await watch.time('vaeEncoder', encodeImages(encoder, request, inpaints(parts.model)));
  } finally {
    await close(drawing, 'vae_encoder', encoder);
  }
}

/** What the pictures of a drawing share when they are begun. */
interface Begun {
  readonly conditioning: ConditioningInSteps;
  readonly encoded: Encoded | undefined;
  /** Pictures that it is to be like. */
  readonly like: ImagePrompts | undefined;
}

const isGuided = (conditioning: ConditioningInSteps): boolean => conditioning.at(0).negativePrompt !== undefined;

/** The tokenizer, and what becomes of its tokens: fetched for the first drawing. */
const words = () => Promise.all([import('./prompts'), import('./conditioning')]);

/** Both prompts as hidden states; the negative one only where guidance asks for it. */
async function* encodePrompts(drawing: Drawing): AsyncGenerator<ImageEvent, ConditioningInPasses> {
  const { clipSkip = 0 } = drawing.request;
  const [{ readPrompts }, { conditioningOf }] = await later(words());
  const prompts = await readPrompts(drawing.request, drawing.parts.model);
  const size = { ...stageSize(drawing.request), ...(clipSkip > 0 ? { clipSkip } : {}) };
  const encoder = yield* open(drawing, 'text_encoder', size, prompts.learned);
  try {
    yield* prompts.told;
    return await conditioningOf(
      prompts,
      async (ids, skipped) => {
        drawing.signal.throwIfAborted();
        const input_ids: Tensor = { type: 'int32', shape: [1, ids.length], data: ids };
        const { hidden_states, skipped_states } = await drawing.watch.time('textEncoder', encoder.run({ input_ids }));
        return skipped ? skipped_states! : hidden_states!;
      },
      { withEmpty: isPerpendicular(drawing.request) && drawing.request.guidanceScale > 1 },
    );
  } finally {
    await close(drawing, 'text_encoder', encoder);
  }
}

/** From the seed's noise, or a picture with noise on it, to latents as the VAE knows them (before its scaling factor is taken out). */
async function* denoise(
  drawing: Drawing,
  { request, size, skip, told: tell, sampling: { sampler, schedule } }: Pass,
  { conditioning, encoded, like }: Begun,
  image: number,
): AsyncGenerator<ImageEvent, Latents> {
  const { parts, signal, watch } = drawing;
  const { description } = parts.model;
  const shape = [1, description.unet.outChannels, size.height, size.width] as const;
  const drawn = latentsAreDrawn(description);
  const noise = await noiseFor(request, image, shape, schedule, drawn && encoded?.moments !== undefined);
  const scalingFactor = scalingOf(description, 'vae_encoder');
  const { x, arrived, see, finish } = encoded
    ? (await fromImage()).beginning(noise, schedule, { encoded, request, scalingFactor, drawn })
    : fromNoise(noise, schedule);
  const guidance = await guidanceFor(request);

  const { tokens } = conditioning;
  const { negativePrompt, composed } = conditioning.at(0);
  const batch = negativePrompt && !composed && request.guidance === 'one-call' ? 2 : 1;
  const { controls } = request;
  const imageTokens = like?.imageTokens;
  const opened = {
    ...unetSize({ ...size, batch }, { ...request, tokens, imageTokens }),
    ...steeredBy(parts, controls),
  };
  let done = 0;
  const now = () => shownIn(request, conditioning.at(done), skip + done);
  const isPrompt = (states: Tensor): boolean => states !== now().negativePrompt && states !== now().emptyPrompt;
  const shown = await showing(drawing, like, { sampler, schedule }, isPrompt);
  const { cacheInterval: interval = 1, cacheBranch: branch = 0 } = request;
  const caching = interval > 1 ? yield* openCut(drawing, opened, { branch, interval, shown: shown.show }) : undefined;
  const unet = caching ?? shown.show(yield* open(drawing, 'unet', opened), opened);
  let previews: Previews | undefined;
  let steered: SteeredUnet | undefined;
  try {
    previews = await previewsOf(drawing, size);
    const { predictionType } = description.scheduler;
    let estimate: Latents | undefined;
    if (controls) {
      const { openSteered } = await later(import('./openSteered'));
      const pass = { request, size: opened, sampling: { sampler, schedule } };
      steered = yield* openSteered(drawing, unet, pass, isPrompt);
    }
    const width = toldIn(parts.model);
    const seen = see(steered ?? unet);
    const asked = width
      ? (await later(import('./toldGuidance'))).toldGuidance(seen, width, drawing.asked.guidanceScale)
      : seen;
    const guided = guidedDenoiser(asked, now, guidance, { batch, predictionType }, signal);
    let milliseconds = 0;
    const denoiseTimed: Denoiser = async (x, sigma, timestep) => {
      await untilMessagesAreRead();
      signal.throwIfAborted();
      caching?.begin();
      steered?.begin();
      shown.begin();
      const started = performance.now();
      const denoised = await watch.time('unet', guided(x, sigma, timestep));
      milliseconds += performance.now() - started;
      estimate = denoised;
      return denoised;
    };
    const answers = { denoise: denoiseTimed, noise: noise.next, ...(arrived ? { arrived } : {}) };
    const sampling = drive(sampler(x, schedule), answers, signal);
    let turn = await sampling.next();
    for (; !turn.done; turn = await sampling.next()) {
      const index = turn.value;
      if (index === done) continue;
      done = index;
      const step = tell(index);
      const shows = previews && estimate && step.index < step.of && step.index % request.previews!.every === 0;
      const shown = shows && (await watch.time('vaeDecoder', previews!.show(estimate!)).catch(notShown(signal)));
      const preview = shown ? { preview: shown } : {};
      yield { type: 'step', image, ...step, milliseconds, ...preview };
      milliseconds = 0;
    }
    return finish(modelSample(turn.value, schedule.finalSigma));
  } finally {
    await previews?.close().catch(() => undefined);
    try {
      await steered?.close();
    } finally {
      await close(drawing, 'unet', unet);
    }
  }
}

/** How the UNet is opened where something steers it. */
function steeredBy({ controls: open = [] }: Parts, controls: ImageRequest['controls']): Partial<StageSize> {
  const has = (kind: 'controlnet' | 'adapter'): boolean =>
    controls !== undefined && open.some((one) => one.kind === kind);
  return { ...(has('controlnet') ? { controlled: true } : {}), ...(has('adapter') ? { adapted: true } : {}) };
}

/** A preview that cannot be had costs nobody the picture. */
const notShown = (signal: AbortSignal) => (): undefined => signal.throwIfAborted() as undefined;

/** What shows how the picture stands, where that is asked for and there is something to show it with. */
async function previewsOf({ request, parts, signal }: Drawing, size: StageSize): Promise<Previews | undefined> {
  const { preview, backend } = parts;
  if (!preview || !request.previews) return undefined;
  const { openPreviews } = await later(import('./previews'));
  const scaling = scalingOf(preview.description, 'vae_decoder');
  return openPreviews(preview, backend, size, scaling, signal).catch(notShown(signal));
}

/** Latents to 8-bit RGB. */
async function* decode(drawing: Drawing, latents: Latents, size: Size): AsyncGenerator<ImageEvent, Uint8Array> {
  const scalingFactor = scalingOf(drawing.parts.model.description, 'vae_decoder');
  const decoder = yield* open(drawing, 'vae_decoder', stageSize(size));
  try {
    const data = latents.data.map((value) => value / scalingFactor);
    const input: Tensor = { type: 'float32', shape: latents.shape, data };
    const { image } = await drawing.watch.time('vaeDecoder', decoder.run({ latents: input }));
    return rgb8(image!.data as Float32Array, size.height, size.width);
  } finally {
    await close(drawing, 'vae_decoder', decoder);
  }
}
