/**
 * `npm run fidelity [-- PATTERN]`: the demo model's pictures against those that diffusers draws of the same requests
 * (spec/vectors/recipes/fidelity.py, fidelity_text.py, fidelity_guidance.py, fidelity_saving.py, fidelity_loras.py, fidelity_few.py for few steps and tiny VAEs, fidelity_schedules.py for other scheduler configs, fidelity_and.py for prompts joined by AND, fidelity_images.py for those that begin from a
 * picture, fidelity_hires.py for those in two passes, fidelity_inpaint.py for those into a part of one, inpainting.py for those by a random model of nine channels, freeu.py for those with FreeU, token_merging.py for those with merged tokens, fidelity_control.py for those with ControlNets and T2I-adapters, fidelity_ip_adapter.py for those with IP-Adapters), one line a
 * sampler: decibels of peak signal-to-noise ratio, exact weights, wasm; where a reference is ambiguous a mark says so (fidelityNotes.ts).
 * PATTERN, a regular expression, picks cases by name. Ends with 1 where one is below 50 dB, a root-mean-square error of 0.8 of 255 levels.
 */
import { readFile } from 'node:fs/promises';
import { type Checkpoint, openDiffusersFolder } from '../models/checkpoint';
import { diskFolder, fileSource } from '../models/folder.node';
import { pickedSource } from '../models/folder.picked';
import { onDisk } from '../models/lora/aside.node';
import { planModel } from '../models/planModel';
import { psnr } from '../models/quantize/quality/psnr';
import { openSafetensors, type Safetensors } from '../models/safetensors';
import type { SchedulerConfig, UNetConfig } from '../models/sd15';
import { openTinyVae } from '../models/tinyVae/openTinyVae';
import type { ChosenControl, Embedding, ImageRequest, Picture } from '../workers/api';
import type { Backend } from '../workers/backend/backend';
import { nodeWasmBackend } from '../workers/backend/ort.node';
import { brought } from '../workers/cli/images';
import { readPng } from '../workers/cli/png';
import { controlManifest, controlModel } from '../workers/controlModel';
import { type ImagePrompting, imagePrompting } from '../workers/imagePrompting';
import { type LoraShelf, openedLoras } from '../workers/loras';
import { changedModel } from '../workers/model.changed';
import { checkpointModel } from '../workers/model.checkpoint';
import type { Parts } from '../workers/openStage';
import { textToImage } from '../workers/pipeline';
import { DEFAULTS } from '../workers/request';
import { tinyManifest, tinyModel } from '../workers/tinyVae';
import { hashedAdapter, hashedControlNet } from './fidelityControl';
import { type Box, boxMask, drawnInto, inpaintingCheckpoint, ofNineChannels } from './fidelityInpaint';
import { type AdapterKind, hashedEncoder, hashedIpAdapter } from './fidelityIpAdapter';
import { keptFor } from './fidelityKept';
import { marksOf, notesUnder } from './fidelityNotes';

export const LEAST_DECIBELS = 50;

/**
 * What was asked for; `name` is SAMPLER-LABEL, and of its picture in the references. `initFrom` names the one of these that it
 * begins from, `maskBox` what of it is drawn anew: left, top, right, bottom, pixels.
 */
export type FidelityCase = ImageRequest & {
  readonly name: string;
  readonly from: (typeof FILES)[number];
  readonly initFrom?: string;
  /** What that picture is brought to before. */
  readonly initSize?: readonly [width: number, height: number];
  readonly maskBox?: Box;
  /** What its picture is called in the references, where that is not `name`. */
  readonly reference?: string;
  /** Drawn by a model that is told the scale of guidance. */
  readonly guidanceTold?: true;
  /** Steered by ControlNets, or T2I-adapters, of these names, each by one of the pictures. */
  readonly controlled?: readonly (Omit<ChosenControl, 'image'> & { readonly follows: string })[];
  /** Drawn like some of the pictures, as IP-Adapters of these kinds see them. */
  readonly likened?: readonly {
    readonly name: AdapterKind;
    readonly follows: readonly string[];
    readonly scale: number;
    /** Where each of them counts: left, top, right, bottom, pixels. */
    readonly boxes?: readonly Box[];
  }[];
  /** Of the scheduler config that the model is taken to have come with, what is another. */
  readonly scheduleConfig?: Partial<SchedulerConfig>;
};

/** Of spec/vectors: requests, and the pictures they are held against. */
const FILES = [
  'fidelity',
  'fidelity-text',
  'fidelity-images',
  'fidelity-guidance',
  'fidelity-saving',
  'fidelity-loras',
  'fidelity-hires',
  'fidelity-inpaint',
  'fidelity-freeu',
  'fidelity-merged',
  'fidelity-control',
  'fidelity-ip-adapter',
  'fidelity-few',
  'fidelity-schedules',
  'fidelity-and',
  'pictures-inpaint',
] as const;

/** Learned words are recorded by name; their files lie with the pictures. */
type Recorded = Omit<FidelityCase, 'from' | 'embeddings'> & { readonly embeddings?: readonly string[] };

export interface Measured extends FidelityCase {
  /** Infinite where every pixel is the same. */
  readonly decibels: number;
}

/** The cases, as recorded; `root` is the repository's. */
export async function fidelityCases(root = '.'): Promise<FidelityCase[]> {
  const cases = await Promise.all(
    FILES.map(async (from) => {
      const recorded = JSON.parse(await readFile(`${root}/spec/vectors/${from}.json`, 'utf8')) as Recorded[];
      const references = await referencesOf(from, root);
      const cases = from === 'pictures-inpaint' ? recorded.map(ofNineChannels) : recorded;
      return Promise.all(
        cases.map(async ({ embeddings = [], ...each }) => {
          return { ...each, from, embeddings: await embeddingsOf(embeddings, references) };
        }),
      );
    }),
  );
  return cases.flat().map((each) => ({ ...DEFAULTS, ...each }));
}

const referencesOf = async (from: FidelityCase['from'], root: string): Promise<Safetensors> =>
  openSafetensors(await fileSource(`${root}/spec/vectors/${from}.safetensors`));

const embeddingsOf = (names: readonly string[], references: Safetensors): Promise<Embedding[]> =>
  Promise.all(
    names.map(async (name) => {
      const bytes = Uint8Array.from(await references.read(name));
      return { name, file: { path: `${name}.safetensors`, file: new Blob([bytes]) } };
    }),
  );

/** LoRAs lie with the pictures. */
const shelfOf = (references: Safetensors): LoraShelf => ({
  names: async () => references.names().filter((name) => name.startsWith('lora-')),
  async open(name) {
    const bytes = references.info(`lora-${name}`) && (await references.read(`lora-${name}`));
    return bytes && pickedSource(`${name}.safetensors`, new Blob([Uint8Array.from(bytes)]));
  },
});

/** Draws each of `cases` and holds it against its reference. */
export async function* fidelity(cases: readonly FidelityCase[], root = '.'): AsyncGenerator<Measured> {
  const demo = await openDiffusersFolder(await diskFolder(`${root}/models/demo/model`));
  const told = await toldCheckpoint(demo, await referencesOf('fidelity-few', root));
  const backend = nodeWasmBackend();
  const plain = keptFor({ model: checkpointModel(demo), backend });
  const partsOf = async (each: FidelityCase): Promise<Parts> => {
    const { tinyVae, guidanceTold, controlled, likened, scheduleConfig } = each;
    if (each.from === 'fidelity') return plain.partsOf(each);
    if (each.from === 'pictures-inpaint') return { model: checkpointModel(await inpaintingCheckpoint(root)), backend };
    const checkpoint = scheduledAs(guidanceTold ? told : demo, scheduleConfig);
    const loras = await openedLoras(each, shelfOf(await referencesOf(each.from, root)));
    const { model } = await changedModel(checkpointModel(checkpoint), planModel(checkpoint), loras, onDisk);
    const controls = (controlled ?? []).map(({ name }) =>
      name.startsWith('adapter') ? hashedAdapter(demo, name) : hashedControlNet(demo, name),
    );
    if (controlled ?? likened)
      return {
        ...{ model, backend },
        ...(controlled
          ? { controls: controls.map((one) => controlModel(one, controlManifest(planModel(demo), one))) }
          : {}),
        ...(likened ? { imagePrompts: await seeing(likened, demo.description.unet, backend) } : {}),
      };
    if (!tinyVae) return { model, backend };
    const tiny = await openTinyVae(await diskFolder(`${root}/models/demo/tiny_vae`));
    const manifest = tinyManifest(planModel(checkpoint), tiny, tinyVae.use);
    return { model: tinyModel(model, tiny, manifest, tinyVae.use), backend };
  };
  const pictureOf = async (from: FidelityCase['from'], name: string) =>
    readPng(await (await referencesOf(from, root)).read(name));
  try {
    for (const each of cases) {
      const given = (name: string) => pictureOf('fidelity', name);
      const request = await alike(await steered(await withImages(each, given), each, given), each, given);
      const picture = await drawn(request, await partsOf(each));
      const reference = await pictureOf(each.from, each.reference ?? each.name);
      yield { ...each, decibels: psnr(picture.pixels, reference.pixels) };
    }
  } finally {
    await plain.close();
  }
}

const scheduledAs = (checkpoint: Checkpoint, config: Partial<SchedulerConfig> = {}): Checkpoint => {
  const { description } = checkpoint;
  return { ...checkpoint, description: { ...description, scheduler: { ...description.scheduler, ...config } } };
};

/** The demo model with a layer for the scale of guidance, which lies with the references. */
async function toldCheckpoint(demo: Checkpoint, references: Safetensors): Promise<Checkpoint> {
  const [key, layer] = ['time_embedding.cond_proj.weight', 'cond_proj'];
  const unet = demo.weights('unet');
  const info = references.info(layer)!;
  const told: ReturnType<Checkpoint['weights']> = {
    ...unet,
    info: (name) => (name === key ? info : unet.info(name)),
    read: (name, rows) => (name === key ? references.read(layer, rows) : unet.read(name, rows)),
  };
  const { description } = demo;
  return {
    ...demo,
    description: { ...description, unet: { ...description.unet, timeCondProjDim: info.shape[1]! } },
    weights: (stage) => (stage === 'unet' ? told : demo.weights(stage)),
  };
}

async function steered(
  request: ImageRequest,
  { controlled }: FidelityCase,
  pictureOf: (name: string) => Promise<Pixels>,
): Promise<ImageRequest> {
  if (!controlled) return request;
  const controls = await Promise.all(
    controlled.map(async ({ follows, ...how }) => ({ ...how, image: await pictureOf(follows) })),
  );
  return { ...request, controls };
}

async function seeing(likened: Likened, unet: UNetConfig, backend: Backend): Promise<ImagePrompting> {
  const encoder = await hashedEncoder();
  const adapters = await Promise.all(likened.map(({ name }) => hashedIpAdapter(name, unet)));
  return imagePrompting(
    adapters.map((adapter) => ({ adapter, encoder })),
    unet,
    backend,
  );
}

async function alike(
  request: ImageRequest,
  { likened }: FidelityCase,
  pictureOf: (name: string) => Promise<Pixels>,
): Promise<ImageRequest> {
  if (!likened) return request;
  const ipAdapters = await Promise.all(
    likened.map(async ({ follows, boxes, ...how }) => ({
      ...{ ...how, images: await Promise.all(follows.map(pictureOf)) },
      ...(boxes ? { masks: boxes.map((box) => boxMask(box, request)) } : {}),
    })),
  );
  return { ...request, ipAdapters };
}

type Likened = NonNullable<FidelityCase['likened']>;

type Pixels = ReturnType<typeof readPng>;

async function withImages(request: FidelityCase, pictureOf: (name: string) => Promise<Pixels>): Promise<ImageRequest> {
  const { initFrom, initSize, maskBox, from } = request;
  const nine = from === 'pictures-inpaint';
  if (!initFrom && !nine) return request;
  const [width, height] = initSize ?? [request.width, request.height];
  const given = initFrom ? await pictureOf(initFrom) : drawnInto({ width, height });
  const { initImage } = brought({ initImage: given }, { width, height });
  const images = { initImage: initImage!, ...(maskBox ? { maskImage: boxMask(maskBox, { width, height }) } : {}) };
  return { ...request, ...brought(images, request, request) };
}

async function drawn(request: ImageRequest, parts: Parts): Promise<Picture> {
  for await (const event of textToImage(request, parts, new AbortController().signal)) {
    if (event.type === 'failed') throw new Error(event.message);
    if (event.type === 'image') return event.picture;
  }
  throw new Error('no picture');
}

/** Columns that every sampler has; whatever else was drawn with it stands behind them, by name. */
const COLUMNS = ['square', 'wide-12', 'tall-1', 'karras'];

export async function main([pattern = '']: readonly string[]): Promise<number> {
  const cases = (await fidelityCases()).filter(({ name }) => new RegExp(pattern).test(name));
  const rows = new Map<string, Map<string, Measured>>();
  for await (const each of fidelity(cases)) {
    const { name, scheduler } = each;
    process.stderr.write(`${name}: ${each.decibels.toFixed(1)} dB ${marksOf(each)}\n`);
    const row = rows.get(scheduler) ?? new Map<string, Measured>();
    rows.set(scheduler, row.set(name.slice(scheduler.length + 1), each));
  }
  console.log(['sampler'.padEnd(14), ...COLUMNS.map((column) => column.padStart(9))].join(''));
  for (const [scheduler, row] of rows) console.log(line(scheduler, row));
  for (const note of notesUnder(cases)) console.log(note);
  const all = [...rows.values()].flatMap((row) => [...row.values()]).map(({ decibels }) => decibels);
  const [least, below] = [Math.min(...all), all.filter((decibels) => decibels < LEAST_DECIBELS).length];
  console.log(`${all.length} pictures, ${least.toFixed(1)} dB at least, ${below} below ${LEAST_DECIBELS} dB`);
  return all.length > 0 && below === 0 ? 0 : 1;
}

/** Decibels, and the marks of what is ambiguous about the reference. */
const said = (measured: Measured | undefined): string =>
  measured ? `${measured.decibels.toFixed(1)} ${marksOf(measured)}`.trim() : '';

function line(scheduler: string, row: ReadonlyMap<string, Measured>): string {
  const others = [...row].filter(([label]) => !COLUMNS.includes(label));
  const cells = COLUMNS.map((column) => said(row.get(column)).padStart(9));
  return [scheduler.padEnd(14), ...cells, ...others.map(([label, measured]) => `  ${label} ${said(measured)}`)].join(
    '',
  );
}
