/**
 * A request in the words of stable-diffusion-webui's `parameters` text, and such a text as far as it is a request. Its files
 * are its own pictures only nearly: it computes in half precision, and spaces its timesteps otherwise.
 */
import type { ImageRequest } from '../api';
import { loraTag } from './loraTags';
import { readParameters, writeParameters } from './parametersText';
import type { Recipe } from './recipe';
import { controlsOf, controlsText } from './webuiControls';
import { DECIMAL, DIGITS, sidesOf } from './webuiForms';
import { hiresOf, hiresText } from './webuiHires';
import { inpaintOf, inpaintText } from './webuiInpaint';
import { RNG_NAMES, rngNamed, SAMPLER_NAMES, samplerNamed, scheduleType } from './webuiNames';

/** `request` is that of one picture alone. */
export function webuiText(
  request: ImageRequest,
  model: string,
  loraHashes: Readonly<Record<string, string>> = {},
): string {
  const { scheduler, sigmas = 'model', subseedStrength = 0, rng = 'torch', ...rest } = request;
  const fields = new Map<string, string | number | undefined>([
    ['Steps', rest.steps],
    ['Sampler', SAMPLER_NAMES[scheduler]],
    ['Schedule type', scheduleType(scheduler, sigmas)],
    ['CFG scale', rest.guidanceScale],
    ['Seed', rest.seed],
    ['Size', `${rest.width}x${rest.height}`],
    ['Model', model],
    ['Variation seed', subseedStrength > 0 ? rest.subseed : undefined],
    ['Variation seed strength', subseedStrength > 0 ? subseedStrength : undefined],
    ...(rest.strength === undefined ? hiresText(request) : [['Denoising strength', rest.strength] as const]),
    ...inpaintText(request),
    ['Clip skip', rest.clipSkip ? rest.clipSkip + 1 : undefined],
    ...FREEU_NAMES.map((name, i) => [name, rest.freeu?.[i]] as const),
    ['Token merging ratio', rest.tokenMergingRatio || undefined],
    ['Eta DDIM', rest.eta],
    [
      'VAE Encoder',
      rest.tinyVae && rest.tinyVae.use !== undefined && rest.tinyVae.use !== 'decoding' ? TINY : undefined,
    ],
    ['VAE Decoder', rest.tinyVae && rest.tinyVae.use !== 'encoding' ? TINY : undefined],
    // Where it is not said, it is a GPU's.
    ['RNG', RNG_NAMES[rng]],
    ['Lora hashes', hashesText(loraHashes)],
    ...controlsText(request),
  ]);
  // There a prompt says all of them.
  const words = rest.promptStyle === 'a1111' ? (text: string) => text : escaped;
  const prompt = [words(rest.prompt), ...(rest.loras ?? []).map(loraTag)].join('');
  const negativePrompt = words(rest.negativePrompt);
  const said = [...fields].flatMap(([name, value]) => (value === undefined ? [] : [[name, `${value}`] as const]));
  return writeParameters({ prompt, negativePrompt, fields: new Map(said) });
}

/** `undefined` where `text` has no settings in it. What nobody here draws with is `ignored`. */
export function readWebui(text: string): Recipe | undefined {
  const { prompt, negativePrompt, fields } = readParameters(text);
  if (fields.size === 0) return undefined;
  const left = new Map(fields);
  const take = (name: string): string | undefined => {
    const value = left.get(name);
    left.delete(name);
    return value;
  };
  /** What is no such number stays, and is told as ignored. */
  const number = (name: string, form: RegExp): number | undefined =>
    form.test(left.get(name) ?? '') ? Number(take(name)) : undefined;

  const model = take('Model');
  const loraHashes = hashesIn(take('Lora hashes') ?? '');
  const [width, height] = sidesOf(left.get('Size'));
  if (width) take('Size');
  const sampler = samplerNamed(left.get('Sampler') ?? '', left.get('Schedule type'), left.get('Version'));
  if (sampler) for (const name of ['Sampler', 'Schedule type']) take(name);
  const rng = rngNamed(left.get('RNG') ?? 'GPU');
  if (rng) take('RNG');
  const subseedStrength = number('Variation seed strength', DECIMAL);
  const hires = hiresOf({ left, take, number });
  const [b1, b2, s1, s2] = FREEU_NAMES.every((name) => DECIMAL.test(left.get(name) ?? ''))
    ? FREEU_NAMES.map((name) => number(name, DECIMAL)!)
    : [];
  const inpaint = inpaintOf({ left, take, number });
  const steered = controlsOf({ left, take });
  const clipSkip = number('Clip skip', /^[1-9]\d?$/);
  const mergingRatio = number('Token merging ratio', DECIMAL);
  const request: Recipe['request'] = {
    // Its prompts are written for its own reading.
    ...{ prompt, negativePrompt, promptStyle: 'a1111', numImages: 1 },
    ...defined({
      steps: number('Steps', DIGITS),
      guidanceScale: number('CFG scale', DECIMAL),
      seed: number('Seed', DIGITS),
      width,
      height,
      ...sampler,
      rng,
      clipSkip: clipSkip && clipSkip - 1,
      tokenMergingRatio: mergingRatio === undefined ? undefined : Math.min(mergingRatio, MOST_MERGED),
      // Of other samplers "Eta" is how much noise an ancestral step adds, which has no choice here; of these it is what we once said.
      eta: HAVE_ETA.has(sampler?.scheduler ?? '') ? (number('Eta DDIM', DECIMAL) ?? number('Eta', DECIMAL)) : undefined,
      ...(subseedStrength && { subseedStrength, subseed: number('Variation seed', DIGITS) ?? 0 }),
    }),
    ...hires,
    ...inpaint,
    ...(b1 && b2 && s1 && s2 ? { freeu: [b1, b2, s1, s2] } : {}),
  };
  for (const name of left.keys()) if (UNSEEN.has(name) || left.get(name) === PLAIN[name]) left.delete(name);
  const ignored = [...left].map(([name, value]) => `${name}: ${value}`);
  const known = {
    ...(model === undefined ? {} : { model }),
    ...(loraHashes ? { loraHashes } : {}),
    ...steered,
  };
  return { by: 'stable-diffusion-webui', request, ...known, ignored };
}

/**
 * What is read there as `text` is here in plain style: brackets that are brackets, which its reader, as ours of its style, takes the
 * backslashes from again. A BREAK, an AND and a `<lora:…>` there is no way to escape.
 */
const escaped = (text: string): string => text.replace(/[()[\]\\]/g, '\\$&');

/** `name: hash, other: hash`; names lose what would divide them, there as here. */
function hashesText(hashes: Readonly<Record<string, string>>): string | undefined {
  const pairs = Object.entries(hashes).map(([name, hash]) => `${name.replace(/[:,]/g, '')}: ${hash}`);
  return pairs.length > 0 ? pairs.join(', ') : undefined;
}

function hashesIn(text: string): Readonly<Record<string, string>> | undefined {
  const pairs = [...text.matchAll(/\s*([^:,]+):\s*([0-9a-fA-F]{8,64})\s*(?:,|$)/g)];
  return pairs.length > 0 ? Object.fromEntries(pairs.map(([, name, hash]) => [name!, hash!])) : undefined;
}

/** Nobody there has names for diffusers' FreeU: those of extensions are of another. */
const FREEU_NAMES = ['FreeU b1', 'FreeU b2', 'FreeU s1', 'FreeU s2'] as const;

/** What is not said where it is "Full" (stable-diffusion-webui 1.10, modules/shared_options.py, `sd_vae_decode_method`). */
const TINY = 'TAESD';

/** Of the ratio of merged tokens, whose slider there goes on: all that tomesd merges (three of four). */
const MOST_MERGED = 0.75;

const HAVE_ETA: ReadonlySet<string> = new Set(['ddim', 'tcd']);

/** What changes nothing in the picture, or says again what something else says. */
const UNSEEN = new Set(['Model hash', 'VAE hash', 'Version', 'User', 'TI hashes', 'Hashes', 'Batch size', 'Batch pos']);
/** What is said although it is as always. */
const PLAIN: Readonly<Record<string, string>> = {
  'Clip skip': '1',
  Eta: '1',
  'Eta DDIM': '0',
  ENSD: '0',
  ...{ 'VAE Encoder': 'Full', 'VAE Decoder': 'Full' },
};

const defined = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]?: Exclude<T[Key], undefined | ''>;
  };
