/**
 * An engine that computes nothing, for the specs of the page: bundled under the real worker's name. The prompt says
 * how it behaves: `fail CODE`, `die`, `hang` (deaf and busy), `slow` (long steps), `cut`; anything else is drawn. Its
 * models are in `fakeShelf.ts`, a host is what is said over the channel to it.
 */
import { expose } from 'comlink';
import type {
  EngineApi,
  HostMessage,
  HostReport,
  ImageEvent,
  ImageRequest,
  InitImage,
  Picture,
  Port,
} from '../../workers/api';
import { keptControls } from '../../workers/controlShelf';
import { asFailure, CodedError, type ErrorCode } from '../../workers/errors';
import { runJob } from '../../workers/job';
import { keptLoras } from '../../workers/loraShelf';
import { pictureSeeds } from '../../workers/sampling';
import { recordsInMemory } from '../workers/recordsInMemory';
import { fakePicture } from './fakePicture';
import * as shelf from './fakeShelf';
import { pause } from './fakeShelf';

/** What the host says of itself: what came last over the channel to it, which is answered. */
let report: Promise<HostReport | undefined> = Promise.resolve(undefined);
(globalThis as unknown as EventTarget).addEventListener('message', (event) => {
  const { data } = event as unknown as { readonly data: HostMessage | undefined };
  if (data?.type !== 'host' || !('channel' in data)) return;
  const channel = data.channel as Port;
  report = new Promise((resolve) => {
    channel.addEventListener('message', (said) => {
      report = Promise.resolve(said.data as HostReport);
      resolve(report);
      channel.postMessage('heard');
    });
  });
  channel.start();
});

const { records } = recordsInMemory();
const [loras, controls] = [keptLoras(records), keptControls(records)];
const answered = <T>(answer: Promise<T>): Promise<T> =>
  answer.catch((thrown: unknown) => {
    throw asFailure(thrown);
  });

const engine: EngineApi = {
  life: async () => '',
  backends: async () => [
    { name: 'wasm', available: true, why: '', threads: 2 },
    { name: 'webgpu', available: false, why: 'no-adapter', threads: 1 },
  ],
  host: () => report,
  models: shelf.models,
  deleteModel: async (id) => {
    await shelf.discard(id);
    await shelf.freeUp(id);
  },
  discardModel: shelf.discard,
  renameModel: shelf.rename,
  restoreModel: shelf.restore,
  loras: () => answered(loras.list()),
  importLora: (file) => answered(loras.take(file)),
  renameLora: (id, name) => answered(loras.rename(id, name)),
  deleteLora: (id) => answered(loras.delete(id)),
  controls: () => answered(controls.list()),
  importControl: (files) => answered(controls.take(files)),
  renameControl: (id, name) => answered(controls.rename(id, name)),
  deleteControl: (id) => answered(controls.delete(id)),
  storage: shelf.storage,
  freeUp: shelf.freeUp,
  catalog: shelf.catalog,
  weightForms: async () => ['auto', 'exact', 'int8'],
  forecast: async (_model, _backend, size) => shelf.forecast(size),
  openDemo: (port) => void runJob(port, (tell) => shelf.openDemo(tell)),
  importModel: (files, options, port) =>
    void runJob(port, (tell, signal) => shelf.importModel(files[0]!.path, options, tell, signal)),
  download: (model, options, port) => void runJob(port, (tell, signal) => shelf.download(model, options, tell, signal)),
  verify: (id, port) => void runJob(port, (tell, signal) => shelf.read(id, false, tell, signal)),
  exportModel: (id, port) => void runJob(port, (tell, signal) => shelf.read(id, true, tell, signal)),
  draw: (_model, _backend, request, port) => void runJob(port, (tell, signal) => draw(request, tell, signal)),
};

/** What arrived of what steers, with the first byte of each picture. */
const steering = ({ controls: chosen = [], controlGuess, ipAdapters = [] }: ImageRequest): string[] => [
  ...chosen.map(({ image, ...said }) => `${JSON.stringify(said)} by ${shownOf(image)}`),
  ...(controlGuess ? ['guessing'] : []),
  ...ipAdapters.map(({ images, masks, ...said }) => {
    const within = masks ? ` within ${masks.map(whiteOf).join(' and ')}` : '';
    return `${JSON.stringify(said)} like ${images.map(shownOf).join(' and ')}${within}`;
  }),
];

const shownOf = ({ width, height, pixels }: InitImage): string => `${width} × ${height} of ${pixels[0]}`;

/** Of a mask, percent of its left and of its right half that are white. */
function whiteOf({ width, height, pixels }: InitImage): string {
  const white = [0, 0];
  for (let i = 0; i < width * height; i += 1) if (pixels[3 * i]! >= 128) white[i % width < width / 2 ? 0 : 1]! += 1;
  return `${width} × ${height} white ${white.map((count) => Math.round((200 * count) / (width * height))).join(':')}`;
}

async function draw(request: ImageRequest, tell: (event: ImageEvent) => void, signal: AbortSignal): Promise<void> {
  const { prompt, steps, numImages, only } = request;
  // What is shown on the way can be looked at.
  const milliseconds = prompt.includes('slow') ? 1000 : prompt.includes('steady') ? 40 : request.previews ? 50 : 10;
  const cut = prompt.includes('cut') ? 'and the very last words' : prompt.includes('echo') ? await echo(request) : '';
  const styled = prompt.includes(':1.3') && request.promptStyle === 'plain';
  tell({ type: 'prompt', which: 'prompt', tokens: 77, cut, ...(styled ? { styled } : {}) });
  if (request.loras?.length) {
    const hashes = await loras.hashes(request.loras.map(({ name }) => name));
    const half = request.loras.filter(({ name }) => name.includes('half'));
    tell({ type: 'loras', hashes, ignored: half.map(({ name }) => `${name}: lora_te2_x`) });
  }
  tell({ type: 'loading', stage: 'unet', bytes: 1, of: 1 });
  for (let image = only ?? 0; image < (only ?? numImages - 1) + 1; image += 1) {
    for (let index = 1; index <= steps; index += 1) {
      await pause(milliseconds);
      signal.throwIfAborted();
      if (index === 3) misbehave(prompt);
      const preview =
        request.previews && index % request.previews.every === 0
          ? { preview: { width: 8, height: 8, pixels: new Uint8Array(192).fill(128) } }
          : {};
      tell({ type: 'step', image, index, of: steps, milliseconds, ...preview });
    }
    const { width, height } = request;
    const scale = request.hiresScale ?? 1;
    if (scale > 1) {
      tell({ type: 'between', image, picture: fakePicture(request, request.seed + image) });
      await pause(10 * milliseconds);
    }
    tell({ type: 'decoding', image });
    await pause(2 * milliseconds);
    // A part that is drawn alone is put back into its picture.
    const whole = request.inpaintPadding === undefined ? undefined : request.initImage;
    const size = { width: whole?.width ?? scale * width, height: whole?.height ?? scale * height };
    const picture = left(request, fakePicture(size, request.seed + image));
    tell({ type: 'image', image, picture: { ...picture, ...pictureSeeds(request, image) } });
  }
  tell({ type: 'finished', timings: { textEncoder: 1, unet: 1, vaeDecoder: 1, loading: 1, total: 4 }, heapBytes: {} });
}

/** What is given and not painted on stays; unpainted, all of it. */
function left({ initImage, maskImage }: ImageRequest, picture: Picture): Picture {
  if (!initImage) return picture;
  const stays = (i: number): boolean => (maskImage ? maskImage.pixels[Math.floor(i / 3)]! < 128 : true);
  const pixels = picture.pixels.map((value, i) => (stays(i) ? initImage.pixels[i]! : value));
  return { ...picture, pixels };
}

const RARE =
  /^(rng|eta|subseed|timestep|only|hires|freeu|cache|tokenMerging|guidanceInterval|guidanceRescale|mimic|perpendicular|inpaintPadding|maskBlur|maskedContent|outpaint)/;

/** What few ask for, or how the words are asked to be read: something to see on the page. */
async function echo({
  promptStyle,
  longPrompts,
  clipSkip,
  embeddings = [],
  loras: chosen = [],
  ...request
}: ImageRequest): Promise<string> {
  const said = Object.entries(request).filter(([field, value]) => RARE.test(field) && value !== undefined);
  if (said.length > 0) return said.map(([field, value]) => `${field} ${value}`).join(', ');
  const files = embeddings.map(async ({ name, file: { file } }) => {
    return `${name} of ${(await file.slice(0, file.size).arrayBuffer()).byteLength} bytes`;
  });
  const { tinyVae, scheduler, steps, guidanceScale } = request;
  const decoder = tinyVae && `tiny VAE ${typeof tinyVae.file === 'string' ? tinyVae.file : tinyVae.file.path}`;
  const few = scheduler === 'lcm' ? [`${steps} steps, guidance ${guidanceScale}`] : [];
  const more = [...(decoder ? [decoder] : []), ...few];
  const named = chosen.map(({ name, weight }) => `${name} × ${weight}`);
  const steered = steering(request);
  return [promptStyle, longPrompts, clipSkip, ...(await Promise.all(files)), ...named, ...more, ...steered].join(', ');
}

function misbehave(prompt: string): void {
  const code = /fail (\S+)/.exec(prompt)?.[1];
  if (code) throw new CodedError(code as ErrorCode, { argument: 'width', expected: 'a multiple of 8', got: '100' });
  if (prompt.includes('hang')) for (const end = Date.now() + 60_000; Date.now() < end; );
  if (prompt.includes('die')) {
    setTimeout(() => {
      throw new Error('the worker died of the spec');
    });
  }
}

expose(engine);
