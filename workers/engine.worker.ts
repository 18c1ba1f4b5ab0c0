/**
 * The composition root in the browser: a module worker that holds the engine and answers the page through Comlink.
 * Long work reports over the port it is handed; see `EngineApi` for the manners.
 */
import { expose } from 'comlink';
import { turns } from '../models/inTurn';
import { later } from '../models/later';
import { checkManifest, type Manifest } from '../models/manifest';
import type { GraphOptions } from '../models/pack';
import { asRead } from '../models/quantize/folded';
import { WEIGHT_FORMS } from '../models/quantize/weightForm';
import type {
  BackendName,
  EngineApi,
  Forecast,
  ImageEvent,
  ImageRequest,
  ImportOptions,
  OwnBackendName,
  PickedFile,
  Port,
  RemoteModel,
  TinyVaeRequest,
} from './api';
import { asksHires } from './asked';
import { backend, backendReports, bestBackend } from './backend/choose';
import { loweringOf } from './backend/lowering';
import { wasmThreads } from './backend/ort.browser';
import type { AskedBeside } from './beside.browser';
import { coolBackend } from './coolBackend';
import { type FetchDemo, importDemo } from './demo';
import type { Own, Ready } from './drawHosted';
import { hasLoras } from './hasLoras';
import type { Sized } from './hires';
import { runJob } from './job';
import { browserDevice } from './memory/device.browser';
import { type Planned, planDrawing } from './memory/drawingPlan';
import { forecastSize } from './memory/forecast';
import { storedModel } from './model.stored';
import { hasNeighbor, listenForHost, neighbor } from './neighbor';
import { pixels } from './ranges';
import { answered, loras, shelves } from './shelves.browser';
import { browserRecords, store } from './store/browserStore';

/** One at a time: two UNets at once would only fight for the cores and the memory. */
const inTurn = turns();

const jobInTurn = (port: Port, work: Parameters<typeof runJob>[1]): void => void inTurn(() => runJob(port, work));

const fetchDemo: FetchDemo = (path, signal) => fetch(new URL(`demo/${path}`, self.location.href), { signal });

const wait = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

/** Held for as long as this worker lives: the page asks for it too, and gets it when the worker is gone. */
const life = `pocket-diffusion/engine ${crypto.randomUUID()}`;
const living = new Promise<string>((resolve) => {
  if (!navigator.locks) return resolve('');
  void navigator.locks.request(life, () => {
    resolve(life);
    return new Promise<never>(() => undefined);
  });
});

/** What a request has in the place of the model's VAE; fetched when somebody asks for it. */
async function standInFor({ tinyVae }: TinyVaeRequest, manifest: Manifest) {
  if (!tinyVae) return undefined;
  const { fetchedTinyVae, standIn } = await outside();
  return standIn(tinyVae, manifest, async () => fetchedTinyVae(fetchDemo, new AbortController().signal));
}

/** A model whose decoder makes previews, and what it takes; where they are asked for. */
async function previewsFor(
  { previews, width, height }: Planned & TinyVaeRequest,
  manifest: Manifest,
  name: OwnBackendName,
) {
  if (!previews) return undefined;
  const tiny = await standInFor({ tinyVae: previews }, manifest);
  const { previewBytes } = await later(import('./memory/previewBytes'));
  const on = name === 'wasm-int8' ? { threads: wasmThreads() } : loweringOf(name);
  return { model: tiny!.model, beside: previewBytes(tiny!.manifest, { width, height }, on) };
}

type Forecasted = Parameters<EngineApi['forecast']>[2] & Planned;

async function forecast(id: string, name: BackendName, asked: Forecasted): Promise<Forecast | undefined> {
  // What is kept from an earlier visit is asked about before anyone looks at it, and each pixel is planned for.
  for (const side of ['width', 'height'] as const) pixels(side, asked[side]);
  // What a GPU has beside the heap, nobody says.
  if (name !== 'wasm' && name !== 'wasm-int8' && !asked.controls && !asked.ipAdapters) return undefined;
  const stored = await (await store()).open(id);
  try {
    const own = await asRead(checkManifest(stored.manifest));
    const others = await besideFor(asked, own, name, false);
    if (name !== 'wasm' && name !== 'wasm-int8') return undefined;
    const manifest = (await standInFor(asked, own))?.manifest ?? own;
    const device = browserDevice();
    const previews = await previewsFor(asked, own, name);
    const planned = { ...asked, ...(previews && { beside: previews.beside }), ...others?.planned };
    const size =
      name === 'wasm'
        ? forecastSize(manifest, planned, device, loweringOf(name))
        : (await int8Planning()).forecastInt8(manifest, planned, device, wasmThreads());
    // Whoever is told what a picture will need is about to draw: what draws is there then, whatever becomes of the network.
    void drawing().catch(() => undefined);
    return { ...size, weights: manifest.weights };
  } finally {
    stored.close();
  }
}

const storedIds = async (): Promise<Set<string>> => new Set((await (await store()).list()).map(({ id }) => id));

/** What draws, fetched when something is to be drawn. */
const drawing = () => later(import('./drawing'));

/** Pages without a host never fetch what draws with one. */
const hosted = () => later(import('./drawHosted'));

const outside = () => later(import('./outside'));

async function host() {
  if (!hasNeighbor()) return undefined;
  const { status } = await neighbor();
  return (await hosted()).hostReport(status, await storedIds());
}

/** As much of `asked` as decides what it takes: of two passes the larger. */
const largest = async <Asked extends Sized>(asked: Asked): Promise<Asked> =>
  asksHires(asked) ? (await later(import('./hires'))).largestPass(asked) : asked;

const int8Planning = () => later(import('./memory/int8Plan'));

/** How it is drawn; nothing to choose on a GPU, of whose memory beside the heap nobody says anything. */
async function wayOf(name: OwnBackendName, manifest: Manifest, asked: Planned, lowering: GraphOptions) {
  if (name === 'webgpu') return undefined;
  if (name === 'wasm') return planDrawing(manifest, asked, browserDevice(), lowering);
  return (await int8Planning()).int8Plan(manifest, asked, browserDevice(), wasmThreads());
}

/** What is open beside the model where a picture is drawn by others. */
async function besideFor(asked: AskedBeside, manifest: Manifest, name: BackendName, proved = true) {
  if (!asked.controls && !asked.ipAdapters) return undefined;
  const { besideModel } = await later(import('./beside.browser'));
  const lowering = loweringOf(isOwn(name) ? name : 'wasm');
  return besideModel(asked, { manifest, lowering }, browserRecords(), proved);
}

const isOwn = (name: BackendName): name is OwnBackendName => name !== 'npu' && name !== 'native-cpu';

async function readyHere(
  id: string,
  name: OwnBackendName,
  asked: ImageRequest,
  tell: (event: ImageEvent) => void,
): Promise<Ready> {
  const stored = await (await store()).open(id);
  try {
    const lowering = loweringOf(name);
    const lying = checkManifest(stored.manifest);
    const own = await asRead(lying);
    const beside = await standInFor(asked, own);
    const manifest = beside?.manifest ?? own;
    const previews = await previewsFor(asked, own, name);
    const tokens = await (await drawing()).plannedTokens(asked, manifest);
    const drawn = { ...(await largest(asked)), tokens };
    const others = await besideFor(asked, own, name);
    const planned = { ...drawn, ...(previews && { beside: previews.beside }), ...others?.planned };
    const plan = await wayOf(name, manifest, planned, lowering);
    const bare = storedModel(stored, lying, lowering);
    const { model: changed, close } = hasLoras(asked)
      ? await (await loras()).withAsked({ model: bare, manifest: own, request: asked }, browserRecords(), tell)
      : { model: bare, close: () => undefined };
    const model = beside ? beside.model(changed, lowering) : changed;
    const parts = {
      ...{ model, backend: await coolBackend(name, wait) },
      ...(plan ? { courses: plan.courses } : {}),
      ...(previews ? { preview: previews.model(changed, lowering) } : {}),
      ...(await others?.parts(() => backend('wasm'))),
    };
    const request = plan ? { ...asked, guidance: plan.guidance } : asked;
    const closeBoth = (): void => {
      close();
      others?.close();
      stored.close();
    };
    return { parts, request, close: closeBoth };
  } catch (error) {
    stored.close();
    throw error;
  }
}

const own: Own = { host: neighbor, stored: storedIds, best: bestBackend, ready: readyHere };

const engine: EngineApi = {
  ...shelves,
  life: () => living,
  backends: backendReports,
  host: () => answered(host()),
  models: () => answered(store().then((opened) => opened.list())),
  deleteModel: (id) => answered(store().then((opened) => opened.delete(id))),
  discardModel: (id) => answered(store().then((opened) => opened.discard(id))),
  renameModel: (id, name) => answered(store().then((opened) => opened.rename(id, name))),
  restoreModel: (id) => answered(store().then((opened) => opened.restore(id))),
  storage: () => answered(store().then((opened) => opened.report())),
  freeUp: (key) => answered(store().then((opened) => opened.freeUp(key))),
  catalog: (url) =>
    answered(outside().then((from) => (url === undefined ? from.shippedCatalog() : from.fetchCatalog(url, fetch)))),

  openDemo(port: Port): void {
    jobInTurn(port, async (tell, signal) => {
      tell({ type: 'imported', model: await importDemo(fetchDemo, await store(), tell, signal) });
    });
  },

  importModel(files: readonly PickedFile[], options: ImportOptions, port: Port): void {
    jobInTurn(port, async (tell, signal) => {
      const { againOf, bringIn, conversionOf, inputOfPicked, isSingle } = await outside();
      const origin = isSingle(files) ? 'file' : 'folder';
      const again = againOf(files[0]?.path.split('/')[0] ?? '', options);
      const how = { origin, again, ...conversionOf(options, fetchDemo, signal) };
      tell({ type: 'imported', model: await bringIn(inputOfPicked(files), how, await store(), tell, signal) });
    });
  },

  download(remote: RemoteModel, options: ImportOptions, port: Port): void {
    void runJob(port, async (tell, signal) => {
      const { conversionOf, fetchModel } = await outside();
      const model = await fetchModel(
        remote,
        {
          fetch: (url, init) => fetch(url, init),
          origin: self.location.origin,
          now: () => performance.now(),
          ...{ wait, inTurn, store: await store(), options },
          conversion: (chosen) => conversionOf(chosen, fetchDemo, signal),
        },
        tell,
        signal,
      );
      tell({ type: 'imported', model });
    });
  },

  weightForms: async () => ['auto', ...WEIGHT_FORMS],
  forecast: (id, name, asked) =>
    answered(
      asksHires(asked)
        ? later(import('./hiresForecast')).then(({ forecastTwice }) =>
            forecastTwice(asked, (larger) => forecast(id, name, larger)),
          )
        : forecast(id, name, asked),
    ),

  verify(id: string, port: Port): void {
    void runJob(port, async (tell, signal) => (await outside()).verify(id, await store(), tell, signal));
  },

  exportModel(id: string, port: Port): void {
    void runJob(port, async (tell, signal) => (await outside()).exportModel(id, await store(), tell, signal));
  },

  draw(id: string, name: BackendName, asked, port: Port): void {
    jobInTurn(port, async (tell, signal) => {
      const ready =
        name === 'wasm' || name === 'webgpu' || name === 'wasm-int8'
          ? await readyHere(id, name, asked, tell)
          : await (await hosted()).readyThere({ id, name, asked, changed: hasLoras(asked) }, own, tell);
      try {
        const { textToImage } = await drawing();
        for await (const event of textToImage(ready.request, ready.parts, signal)) tell(event);
      } finally {
        ready.close();
      }
    });
  },
};

listenForHost();
expose(engine);
