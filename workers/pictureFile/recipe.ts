/**
 * What a picture file says of how it was drawn: in our own words, which lose nothing, and in stable-diffusion-webui's, which
 * other programs read. Of the device there is nothing in it but what it multiplies where that shows, and no path.
 */
import type { ByteSource } from '../../models/source';
import type { BackendName, ImageRequest, KernelNumbers } from '../api';
import { checkedRequest } from './ownRequest';
import { badImage } from './pngChunks';
import { internationalChunk, pngTexts, textChunk } from './pngText';
import { checkedControls, type SaidControls } from './saidControls';
import { checkedIpAdapters, ipAdaptersSaid, type SaidIpAdapter } from './saidIpAdapters';
import { readWebui, webuiText } from './webui';

/** What can be drawn again. */
export interface Recipe {
  readonly by: 'pocket-diffusion' | 'stable-diffusion-webui';
  readonly request: Partial<ImageRequest>;
  /** The model's name. */
  readonly model?: string;
  /** How its weights were held, and who computed. */
  readonly weights?: string;
  readonly backend?: string;
  /** Of our own kernels, `bytes` or `words`. */
  readonly numbers?: string;
  /** Of its LoRAs, by name: 12 hexadecimal digits, or fewer (`LoraSummary.hash`). */
  readonly loraHashes?: Readonly<Record<string, string>>;
  /** What steered it, without the pictures: who draws it again has to give those once more. */
  readonly controls?: SaidControls;
  /** What it was to be like, the same. */
  readonly ipAdapters?: readonly SaidIpAdapter[];
  /** What it says besides that nobody here draws with, as `name: value`. */
  readonly ignored: readonly string[];
  /** The file is damaged behind it. */
  readonly damaged?: true;
}

/** What drew a picture. */
export interface DrawnBy {
  readonly request: ImageRequest;
  readonly model: string;
  readonly weights?: string;
  readonly backend: BackendName;
  readonly numbers?: KernelNumbers;
  /** Of its LoRAs, by name. */
  readonly loraHashes?: Readonly<Record<string, string>>;
}

/** The keyword of stable-diffusion-webui's text, and that of our own. */
const PARAMETERS = 'parameters';
const OWN = 'pocket-diffusion';
const VERSION = 1;

/** The chunks that say how `drawn` came to be, to stand before a picture's pixels. */
export function recipeChunks({
  request,
  model,
  weights,
  backend,
  numbers,
  loraHashes = {},
}: DrawnBy): Uint8Array<ArrayBuffer>[] {
  const { fields } = checkedRequest(request);
  // Learned words are files; their names say what is missing.
  const words = request.embeddings?.length ? { embeddings: request.embeddings.map(({ name }) => name) } : {};
  const tiny = tinyVaeName(request);
  const steered = { ...controlsSaid(request), ...ipAdaptersSaid(request) };
  const hashes = Object.keys(loraHashes).length > 0 ? { loraHashes } : {};
  const own = JSON.stringify({
    version: VERSION,
    request: fields,
    ...words,
    ...tiny,
    ...steered,
    model,
    weights,
    backend,
    numbers,
    ...hashes,
  });
  return [textChunk(PARAMETERS, webuiText(request, model, loraHashes)), internationalChunk(OWN, own)];
}

/** What a tiny VAE that is a file is called, without its path. */
const tinyVaeName = ({ tinyVae }: ImageRequest): { tinyVae?: string } =>
  tinyVae && tinyVae.file !== 'demo' ? { tinyVae: tinyVae.file.path.replace(/^.*[/\\]/, '') } : {};

/** What steered it, without the pictures. */
export const controlsSaid = ({ controls, controlGuess }: ImageRequest) => ({
  ...(controls ? { controls: controls.map(({ image: _, ...said }) => said) } : {}),
  ...(controlGuess ? { controlGuess } : {}),
});

/** Rejects with `bad-image` where `file` is no PNG file, is damaged, or does not say how it was drawn. */
export async function readRecipe(file: ByteSource): Promise<Recipe> {
  const { texts, damage } = await pngTexts(file, [OWN, PARAMETERS]);
  const own = texts.get(OWN);
  const recipe = own === undefined ? readWebui(texts.get(PARAMETERS) ?? '') : ownRecipe(own, file.name);
  if (!recipe) throw damage ?? badImage(file.name, 'a picture that says how it was drawn', 'one that does not');
  return damage ? { ...recipe, damaged: true } : recipe;
}

function ownRecipe(json: string, name: string): Recipe {
  const place = `${name}: ${OWN}`;
  let said: unknown;
  try {
    said = JSON.parse(json);
  } catch {
    throw badImage(place, 'JSON', 'something else');
  }
  const all = (said ?? {}) as Record<string, unknown>;
  const { version, request, embeddings, tinyVae, ...by } = all;
  const { model, weights, backend, numbers, loraHashes } = by;
  if (typeof version !== 'number' || typeof request !== 'object' || request === null) {
    throw badImage(place, 'a version and a request', 'neither, or one');
  }
  const { fields, strange } = checkedRequest(request);
  const learned = Array.isArray(embeddings) ? [`embeddings: ${embeddings.join(', ')}`] : [];
  const tiny = typeof tinyVae === 'string' ? [`tiny VAE: ${tinyVae}`] : [];
  const steered = checkedControls(all);
  const alike = checkedIpAdapters(all);
  const words = Object.entries({ model, weights, backend, numbers }).filter(([, word]) => typeof word === 'string');
  const hashes = isHashes(loraHashes) ? { loraHashes } : {};
  return {
    by: OWN,
    request: fields,
    ...Object.fromEntries(words),
    ...hashes,
    ...(steered.said ? { controls: steered.said } : {}),
    ...(alike.said ? { ipAdapters: alike.said } : {}),
    ignored: [...strange, ...learned, ...tiny, ...steered.strange, ...alike.strange],
  };
}

const isHashes = (value: unknown): value is Readonly<Record<string, string>> =>
  typeof value === 'object' && value !== null && Object.values(value).every((hash) => typeof hash === 'string');
