/**
 * The shelf of the engine that computes nothing: what it was told to keep it keeps in IndexedDB, over reloads, and
 * where work was cut off by one, that is left over. File names say how it behaves: `sdxl` and `lora` are refused,
 * `damaged` fails its check, `missing` does not arrive, `flaky` arrives at the second try; of a LoRA `half` a part is left out; once
 * `kept` is there the browser keeps all.
 */
import { get, update } from 'idb-keyval';
import type {
  Freeable,
  ImageRequest,
  ImportEvent,
  ImportOptions,
  ModelSummary,
  ReadEvent,
  RemoteModel,
} from '../../workers/api';
import { CodedError } from '../../workers/errors';
import { PAUSE } from '../../workers/job';
import type { Locks } from '../../workers/store/locking';
import { type Again, againOf, fromNoted } from '../../workers/store/notedOptions';

type Tell = (event: ImportEvent | ReadEvent) => void;

interface Contents {
  readonly models: readonly ModelSummary[];
  readonly left: readonly Freeable[];
}

/** Bytes of every download, and of every import: the files of the specs are a few bytes long. */
export const MODEL_BYTES = 2_100_000_000;
const STEPS = 20;
const STEP_MILLISECONDS = 60;

const DEMO: ModelSummary = {
  ...{ id: 'd'.repeat(64), name: 'demo', origins: ['demo:1'], bytes: 24_900_000, width: 256, height: 256 },
};

export const CATALOG: readonly RemoteModel[] = [
  {
    ...{ name: 'Free Diffusion', urls: ['https://example.org/free.safetensors'], bytes: MODEL_BYTES },
    license: { name: 'CC0-1.0', url: 'https://example.org/cc0', mustAccept: false },
  },
  {
    ...{ name: 'Open Diffusion', urls: ['https://example.org/open.safetensors'], bytes: MODEL_BYTES },
    about: 'Photographs and paintings at 512 × 512.',
    license: { name: 'CreativeML OpenRAIL-M', url: 'https://example.org/openrail', mustAccept: true },
  },
];

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Keys of what this worker is at. */
const busy = new Set<string>();

const EMPTY: Contents = { models: [], left: [] };
const contents = async (): Promise<Contents> => (await get<Contents>('fake')) ?? EMPTY;
/** At once, since two jobs change it at a time. */
const change = (how: (now: Contents) => Partial<Contents>): Promise<void> =>
  update<Contents>('fake', (now = EMPTY) => ({ ...now, ...how(now) }));
const leave = (thing: Freeable): Promise<void> =>
  change(({ left }) => ({ left: [...left.filter(({ key }) => key !== thing.key), thing] }));
const forget = (key: string | undefined): Promise<void> =>
  change(({ left }) => ({ left: left.filter((thing) => key !== undefined && thing.key !== key) }));
const isThrownAway = ({ left }: Contents, id: string): boolean =>
  left.some(({ kind, key }) => kind === 'discarded' && key === id);

async function put(model: ModelSummary): Promise<ModelSummary> {
  await change(({ models }) => ({ models: [...models.filter(({ id }) => id !== model.id), model] }));
  return model;
}

export const models = async (): Promise<ModelSummary[]> => {
  const all = await contents();
  return all.models.filter(({ id }) => !isThrownAway(all, id));
};

export const freeUp = async (key?: string): Promise<void> => {
  await change((all) => ({ models: all.models.filter(({ id }) => !isThrownAway(all, id) || (key ?? id) !== id) }));
  await forget(key);
};

export const discard = async (id: string): Promise<void> => {
  const { name, bytes } = (await models()).find((model) => model.id === id)!;
  await leave({ kind: 'discarded', key: id, name, bytes, since: Date.now() });
};

export const rename = async (id: string, name: string): Promise<ModelSummary> => {
  const model = (await models()).find((one) => one.id === id)!;
  return put({ ...model, name });
};

export const restore = async (id: string): Promise<ModelSummary> => {
  await forget(id);
  return (await models()).find((model) => model.id === id)!;
};

export async function storage() {
  const { models: all, left } = await contents();
  const freeable = left.filter(({ key }) => !busy.has(key));
  const bytesOf = (things: readonly { readonly bytes: number }[]) => things.reduce((sum, { bytes }) => sum + bytes, 0);
  const usage = bytesOf(all) + bytesOf(left.filter(({ kind }) => kind !== 'discarded'));
  const persisted = all.some(({ name }) => name === 'kept');
  return { usage, quota: 10_000_000_000, persisted, models: bytesOf(await models()), freeable };
}

const { locks } = (globalThis as unknown as { readonly navigator: { readonly locks: Locks } }).navigator;

/** As soon as nobody holds the lock `demo`. */
export async function openDemo(tell: Tell): Promise<void> {
  tell({ type: 'converting', stage: 'unet', bytes: 2_490_000, of: 24_900_000 });
  await locks.request('demo', {}, () => pause(20));
  tell({ type: 'imported', model: await put(DEMO) });
}

/** Goes on where it was, and leaves what it has when it is cut off. */
async function work(
  kind: 'import' | 'download',
  { key, name, ...again }: Pick<Freeable, 'key' | 'name'> & Again,
  step: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const known = (await contents()).left.find((thing) => thing.key === key)?.bytes ?? 0;
  busy.add(key);
  try {
    for (let bytes = known; bytes <= MODEL_BYTES; bytes += MODEL_BYTES / STEPS) {
      signal.throwIfAborted();
      step(bytes);
      await leave({ kind, key, name, bytes, since: Date.now(), ...again });
      await pause(STEP_MILLISECONDS);
    }
    // A download is kept until it is converted.
    if (kind === 'import') await forget(key);
  } catch (error) {
    if (error !== PAUSE) await forget(key);
    throw error;
  } finally {
    busy.delete(key);
  }
}

async function convert(
  name: string,
  options: ImportOptions,
  again: Again,
  tell: Tell,
  signal: AbortSignal,
): Promise<ModelSummary> {
  const step = (bytes: number) => tell({ type: 'converting', stage: 'unet', bytes, of: MODEL_BYTES });
  const parts = (options.loras ?? []).flatMap(({ file: { path } }) =>
    path.includes('half') ? `${path}: lora_te2_x` : [],
  );
  if (parts.length > 0) tell({ type: 'ignored', parts });
  await work('import', { key: `import ${name}`, name, ...again }, step, signal);
  const kind = ['SDXL', 'a LoRA'].find((refused) =>
    name.toLowerCase().includes(refused.replace('a ', '').toLowerCase()),
  );
  if (kind) throw new CodedError('unsupported-model', { argument: name, expected: 'SD 1.x', got: kind });
  const { loras = [], vae, predictionType, weights: asked } = options;
  const weights = asked === 'int8' ? 'int8' : 'exact';
  const merged = loras.map(({ file, weight }) => ` + ${file.path} × ${weight}`).join('');
  const whole = `${name}${merged}${vae ? `, ${vae.path}` : ''}${predictionType ? `, ${predictionType}` : ''}`;
  const id = [...whole]
    .map((letter) => letter.charCodeAt(0).toString(16))
    .join('')
    .padEnd(64, '0')
    .slice(0, 64);
  const source = again.source ?? again.remote?.urls[0] ?? name;
  return put({ id, name: whole, origins: ['file'], bytes: MODEL_BYTES / 2, width: 512, height: 512, weights, source });
}

export async function importModel(
  path: string,
  options: ImportOptions,
  tell: Tell,
  signal: AbortSignal,
): Promise<void> {
  const source = path.split('/')[0]!;
  const name = source.replace(/\.safetensors$/, '');
  tell({ type: 'imported', model: await convert(name, options, againOf(source, options), tell, signal) });
}

export async function download(
  model: RemoteModel,
  options: ImportOptions,
  tell: Tell,
  signal: AbortSignal,
): Promise<void> {
  const { name, urls, license } = model;
  const url = urls[0]!;
  if (name.includes('flaky')) {
    tell({ type: 'retrying', url, got: 'HTTP 503', milliseconds: 1000 });
    await pause(1000);
  }
  const step = (bytes: number): void => {
    if (name.includes('missing') && bytes > 0)
      throw new CodedError('download-failed', { argument: url, expected: 'the file', got: 'HTTP 404' });
    tell({ type: 'downloading', bytes, of: MODEL_BYTES });
  };
  // The files of the options are kept beside it.
  const known = (await contents()).left.find(({ key }) => key === url)?.options;
  const { options: given } = againOf(url, options);
  const noted = given ?? known;
  const again = { remote: model, ...(noted ? { options: noted } : {}) };
  await work('download', { key: url, name, ...again }, step, signal);
  const kept = fromNoted(noted ?? {}, (_, path) => ({ path, file: new Blob([]) }));
  try {
    const converted = await convert(name.replace(/\.safetensors$/, ''), kept, again, tell, signal);
    tell({ type: 'imported', model: await put({ ...converted, ...(license ? { license } : {}) }) });
  } finally {
    await forget(url);
  }
}

/** Ends with what it found, or hands all of it out. */
export async function read(id: string, out: boolean, tell: Tell, signal: AbortSignal): Promise<void> {
  const { name, bytes: of } = (await models()).find((model) => model.id === id)!;
  for (let step = 0; step <= 10; step += 1) {
    signal.throwIfAborted();
    tell({ type: 'reading', bytes: (of * step) / 10, of });
    await pause(STEP_MILLISECONDS);
  }
  if (name.includes('damaged'))
    throw new CodedError('corrupt-store', { argument: 'chunk 3', expected: 'its hash', got: 'another' });
  tell(out ? { type: 'exported', name, file: new Blob([`all of ${name}`]) } : { type: 'verified' });
}

export async function catalog(url?: string): Promise<readonly RemoteModel[]> {
  if (!url) return CATALOG;
  if (url.includes('broken'))
    throw { code: 'bad-catalog', message: 'bad-catalog', details: { argument: url, expected: 'JSON', got: '<' } };
  return [{ ...CATALOG[0]!, name: 'Own Diffusion' }];
}

/** 2 GB are there; a picture takes 300 MB (streamed 100) and 6.4 KB for each pixel, and more than 1.9 GB are streamed. */
export async function forecast({ memory, ...size }: Pick<ImageRequest, 'width' | 'height' | 'memory'>) {
  const availableBytes = 2_000_000_000;
  const weights = memory === 'low' ? 1e8 : 3e8;
  const peak = (scale: number): number => weights + 6400 * scale * scale * size.width * size.height;
  const fits = peak(1) <= availableBytes;
  const scale = Math.sqrt((availableBytes - weights) / (6400 * size.width * size.height));
  const snapped = (side: number): number => Math.floor((side * scale) / 64) * 64;
  const largest = { width: snapped(size.width), height: snapped(size.height) };
  return {
    peakBytes: peak(1),
    availableBytes,
    fits,
    streamed: memory === 'low' || peak(1) > 1_900_000_000,
    tiled: false,
    weights: 'exact' as const,
    ...(fits ? {} : { largest }),
  };
}
