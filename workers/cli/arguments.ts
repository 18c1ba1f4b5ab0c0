/** The words of `npm run generate`, turned into a request. Unknown or malformed ones are `bad-argument`. */
import { randomInt } from 'node:crypto';
import { badArgument, integerWord, numberWord, readOptions } from '../../models/commandLine.node';
import { type DiskOptions, diskOptions } from '../../models/openDisk.node';
import { WEIGHT_FORMS, type WeightForm } from '../../models/quantize/weightForm';
import type { Failure, ImageRequest } from '../api';
import { CodedError } from '../errors';
import type { Recipe } from '../pictureFile/recipe';
import { DEFAULTS, MEMORY_MODES } from '../request';
import { CONTROL_OPTIONS, CONTROL_USAGE, type ControlWords, controlWords } from './controlOptions';
import { FREEU_USAGE, freeuWord } from './freeuOption';
import { given } from './given';
import { GUIDANCE_OPTIONS, GUIDANCE_USAGE, guidanceWords } from './guidanceOptions';
import { HIRES_OPTIONS, HIRES_USAGE, hiresWords } from './hiresOptions';
import { INPAINT_OPTIONS, INPAINT_USAGE, inpaintWords } from './inpaintOptions';
import { IP_ADAPTER_OPTIONS, IP_ADAPTER_USAGE, type IpAdapterWords, ipAdapterWords } from './ipAdapterOptions';
import { chosenLoras, LORA_OPTIONS, LORA_USAGE, type LoraWords, loraWords } from './loraOptions';
import { OFF_OPTIONS, OFF_USAGE, withoutOff } from './offOptions';
import { SAMPLING_OPTIONS, SAMPLING_USAGE, schedulerWord, timestepWords, variation } from './samplingOptions';
import { SAVING_OPTIONS, SAVING_USAGE, savingWords } from './savingOptions';
import { type EmbeddingWord, embeddingWords, TEXT_OPTIONS, TEXT_USAGE, textWords } from './textOptions';
import { TINY_VAE_OPTIONS, TINY_VAE_USAGE, tinyVaeWords } from './tinyVaeOptions';

export const USAGE = `usage: npm run generate -- "PROMPT" [options]
  --from FILE.png          draws a picture again as its file says it was drawn, by this program or by
                           stable-diffusion-webui; the prompt and every option given besides override what it says
${OFF_USAGE}
  --model PATH|NAME        a .safetensors checkpoint, a diffusers folder, or "demo" (default: demo)
  --vae FILE               another VAE in place of the model's own
${TINY_VAE_USAGE}
${LORA_USAGE}
  --prediction TYPE        epsilon or v_prediction (default: what the model says)
  --negative-prompt TEXT   what to steer away from
${TEXT_USAGE}
  --seed N                 the same seed draws the same picture (default: random)
  --steps N                denoising steps (default: ${DEFAULTS.steps})
  --guidance-scale X       how closely to follow the prompt (default: ${DEFAULTS.guidanceScale})
${GUIDANCE_USAGE}
${SAVING_USAGE}
${FREEU_USAGE}
  --width N --height N     pixels, multiples of 8 (default: the model's own size)
${HIRES_USAGE}
  --init-image FILE        a PNG, JPEG or WebP picture to draw from, brought to the size that is drawn (default: its own, in multiples of 8)
  --strength X             how much of it is given up, above 0 to 1 (default: 0.8, with a mask 1)
  --mask-image FILE        where it is white the picture is drawn anew, where black it stays
${INPAINT_USAGE}
${CONTROL_USAGE}
${IP_ADAPTER_USAGE}
${SAMPLING_USAGE}
  --num-images N           pictures with seeds N, N+1, … (default: ${DEFAULTS.numImages})
  --only K                 of these draw one alone, the same as among the others, counted from 0
  --backend NAME           wasm, or wasm-int8: our own kernels, in eight bits: faster, and nearly the same
                           picture (default: wasm)
  --weights FORM           auto, ${WEIGHT_FORMS.join(', ')} (default: auto: exact, the checkpoint's own numbers, where
                           the model's own size then fits this machine's memory, else int8, else int4)
  --memory MODE            ${MEMORY_MODES.join(', ')}: how much a drawing may take; low reads the UNet's weights in parts, anew
                           for every step, and decodes large pictures in tiles, as auto does where they would not fit;
                           wasm-int8 keeps the weights in memory, and takes the least it can (default: ${DEFAULTS.memory})
  --guidance FORM          auto, two-calls (least memory) or one-call (default: ${DEFAULTS.guidance})
  --out FILE.png           where to write (default: picture-SEED.png)
  --json                   one JSON object on stdout: files, seed, timings, peak memory`;

const CLI_BACKENDS = ['wasm', 'wasm-int8'] as const;
/** What the command can compute on. */
export type CliBackend = (typeof CLI_BACKENDS)[number];

/** What was asked for; `width` and `height` stay open until the model is known. */
export interface CliArguments {
  readonly model: string;
  /** What goes with the model. */
  readonly options: Omit<DiskOptions, 'loras'>;
  readonly loras: LoraWords;
  readonly controls: ControlWords;
  readonly ipAdapters: IpAdapterWords;
  readonly backend: CliBackend;
  readonly weights: WeightForm | 'auto';
  readonly embeddings: readonly EmbeddingWord[];
  /** Whether to leave out of the request what can be. */
  readonly fast: boolean;
  readonly out: string | undefined;
  readonly json: boolean;
  readonly request: Omit<ImageRequest, 'width' | 'height'>;
  readonly initImage: string | undefined;
  readonly maskImage: string | undefined;
  readonly width: number | undefined;
  readonly height: number | undefined;
}

const readWords = (args: readonly string[]) =>
  readOptions(joinNegativeNumbers(args), OPTIONS, 'one of those that --help lists');

/** The file that `--from` names. */
export function fromWord(args: readonly string[]): string | undefined {
  const { from } = readWords(args).values;
  if (from === '') throw badArgument('--from', 'FILE.png', '');
  return from;
}

/** `recipe` is what that file says; of a prompt and options beside it, each stands in place of what it says of that. */
export function parseArguments(args: readonly string[], recipe?: Recipe): CliArguments {
  const { values: typed, positionals } = readWords(args);
  const { values, said: left } = withoutOff(typed, recipe?.request);
  const { width, height, ...said } = recipe ? saidBy(left, values) : {};
  const defaults = { ...DEFAULTS, ...said };
  if (positionals.length !== 1 && !(positionals.length === 0 && said.prompt !== undefined)) {
    throw badArgument(
      'PROMPT',
      'one prompt, in quotes',
      positionals.length === 0 ? 'none' : `${positionals.length}: ${positionals.join(' | ')}`,
    );
  }
  if (values.model === '') throw badArgument('--model', 'a path, or demo', 'nothing');
  choice('backend', values.backend, CLI_BACKENDS);
  choice('weights', values.weights, ['auto', ...WEIGHT_FORMS]);
  // What is typed, `--fast` too, is asked for more than what a file says.
  const typedBackend = values.backend ?? (values.fast ? 'wasm-int8' : undefined);
  const backend = (typedBackend ?? knownOf(recipe?.backend, CLI_BACKENDS) ?? 'wasm') as CliBackend;
  const asSaid = typedBackend === undefined || (!values.backend && typedBackend === recipe?.backend);
  const weights = values.weights ?? (asSaid ? knownOf(recipe?.weights, WEIGHT_FORMS) : undefined);
  const timed = timestepWords(values);
  if (values.out !== undefined && !values.out.toLowerCase().endsWith('.png')) {
    throw badArgument('--out', 'a file name ending in .png', values.out);
  }
  const loras = loraWords(values);
  const controls = controlWords(values);
  const ipAdapters = ipAdapterWords(values);
  const { loras: _, ...options } = diskOptions({ vae: values.vae, prediction: values.prediction });
  return {
    model: values.model ?? 'demo',
    options,
    loras,
    controls,
    ipAdapters,
    backend,
    weights: (weights ?? 'auto') as CliArguments['weights'],
    embeddings: embeddingWords(values),
    fast: values.fast ?? false,
    out: values.out,
    json: values.json ?? false,
    ...imageWords(values),
    width: integerWord('--width', values.width) ?? width,
    height: integerWord('--height', values.height) ?? height,
    request: {
      ...said,
      prompt: positionals[0] ?? said.prompt!,
      negativePrompt: values['negative-prompt'] ?? defaults.negativePrompt,
      ...textWords(values),
      seed: integerWord('--seed', values.seed) ?? said.seed ?? randomInt(2 ** 32),
      steps: integerWord('--steps', values.steps) ?? timed.timesteps?.length ?? defaults.steps,
      guidanceScale: numberWord('--guidance-scale', values['guidance-scale']) ?? defaults.guidanceScale,
      ...guidanceWords(values),
      ...savingWords(values),
      ...freeuWord(values.freeu),
      ...hiresWords(values),
      ...inpaintWords(values),
      ...schedulerWord(values.scheduler ?? defaults.scheduler, values.sigmas ?? said.sigmas),
      ...timed,
      ...variation(values),
      ...chosenLoras(loras),
      ...tinyVaeWords(values, said),
      numImages: integerWord('--num-images', values['num-images']) ?? defaults.numImages,
      guidance: (values.guidance ?? DEFAULTS.guidance) as ImageRequest['guidance'],
      memory: (values.memory ?? DEFAULTS.memory) as ImageRequest['memory'],
    },
  };
}

/** What of a recipe's `request` no option contradicts: another sampler has levels and noise of its own. */
function saidBy(request: Recipe['request'], values: Readonly<Record<string, unknown>>): Recipe['request'] {
  const { sigmas, eta, only, strength, timesteps, timestepSpacing, ...others } = request;
  const { maskBlur, maskedContent, invertMask, inpaintPadding, outpaint, ...more } = others;
  const { hiresScale, hiresSize, hiresUpscaler, hiresSteps, hiresStrength, cacheBranch, tinyVae, ...rest } = more;
  const twice = { hiresUpscaler, hiresSteps, hiresStrength };
  const resized = values['hires-scale'] !== undefined || values['hires-size'] !== undefined;
  const sampler = values.scheduler === undefined;
  return {
    ...rest,
    ...(sampler && sigmas !== undefined ? { sigmas } : {}),
    ...(sampler && eta !== undefined ? { eta } : {}),
    ...(sampler && values.timesteps === undefined ? given({ timestepSpacing }) : {}),
    ...(sampler && values.steps === undefined && values['timestep-spacing'] === undefined ? given({ timesteps }) : {}),
    // A picture to begin from is drawn in one pass.
    ...(values['init-image'] === undefined ? given({ ...twice, ...(resized ? {} : { hiresScale, hiresSize }) }) : {}),
    ...(values['cache-interval'] === undefined ? given({ cacheBranch }) : {}),
    ...(values['init-image'] === undefined ? {} : given({ strength, outpaint })),
    // What encodes has nothing to without one.
    ...(values['init-image'] === undefined && tinyVae?.use === 'encoding' ? {} : given({ tinyVae })),
    ...((values['mask-image'] ?? (values['init-image'] && outpaint)) ? given({ maskBlur, maskedContent }) : {}),
    ...(values['mask-image'] === undefined ? {} : given({ invertMask, inpaintPadding })),
    ...(values['num-images'] === undefined && only !== undefined ? { only } : {}),
  };
}

function imageWords(values: {
  readonly 'init-image'?: string | undefined;
  readonly 'mask-image'?: string | undefined;
}) {
  const [initImage, maskImage] = [values['init-image'], values['mask-image']];
  if (initImage === '') throw badArgument('--init-image', 'FILE', '');
  if (maskImage === '') throw badArgument('--mask-image', 'FILE', '');
  if (maskImage !== undefined && initImage === undefined)
    throw badArgument('--init-image', 'a picture where --mask-image is given', 'none');
  return { initImage, maskImage };
}

const knownOf = <Word extends string>(word: string | undefined, known: readonly Word[]): Word | undefined =>
  known.find((each) => each === word);

const text = { type: 'string' } as const;
const OPTIONS = {
  from: text,
  ...OFF_OPTIONS,
  model: text,
  vae: text,
  ...TINY_VAE_OPTIONS,
  ...CONTROL_OPTIONS,
  ...IP_ADAPTER_OPTIONS,
  ...LORA_OPTIONS,
  prediction: text,
  'init-image': text,
  'mask-image': text,
  strength: text,
  'negative-prompt': text,
  ...TEXT_OPTIONS,
  seed: text,
  steps: text,
  'guidance-scale': text,
  ...GUIDANCE_OPTIONS,
  ...SAVING_OPTIONS,
  freeu: text,
  ...HIRES_OPTIONS,
  ...INPAINT_OPTIONS,
  width: text,
  height: text,
  ...SAMPLING_OPTIONS,
  only: text,
  'num-images': text,
  backend: text,
  weights: text,
  memory: text,
  guidance: text,
  out: text,
  json: { type: 'boolean' },
} as const;

/** `failure` with the argument named as it is typed: the engine's `numImages` is `--num-images` here. */
export function asTyped(failure: Failure): Failure {
  const { code, details } = failure;
  const option = details?.argument.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (code !== 'bad-argument' || !details || !option || !Object.hasOwn(OPTIONS, option)) return failure;
  const typed = { ...details, argument: `--${option}` };
  return { code, details: typed, message: new CodedError(code, typed).message };
}

/** `--seed -1` is a value out of range, not an unknown option `-1`: the complaint should be about the seed. */
function joinNegativeNumbers(args: readonly string[]): string[] {
  const joined: string[] = [];
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  for (const arg of args.slice(0, end)) {
    const previous = joined.at(-1);
    if (/^-\d/.test(arg) && previous?.startsWith('--') && !previous.includes('='))
      joined[joined.length - 1] += `=${arg}`;
    else joined.push(arg);
  }
  return [...joined, ...args.slice(end)];
}

function choice(option: string, value: string | undefined, choices: readonly string[]): void {
  if (value !== undefined && !choices.includes(value))
    throw badArgument(`--${option}`, `one of ${choices.join(', ')}`, value);
}
