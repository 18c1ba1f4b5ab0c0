/** What a person set, kept between visits. A damaged or older record falls back field by field. */
import type {
  BackendName,
  ChosenLora,
  FreeURequest,
  GuidanceRequest,
  HiresRequest,
  ImageRequest,
  LongPrompts,
  ModelSummary,
  PromptStyle,
  SavingRequest,
  SchedulerName,
  SigmaSpacing,
} from '../workers/api';
import { isSide } from '../workers/pictureFile/side';
import { hasEta, hasSigmas, hasSpacing, hasTimesteps, SCHEDULER_LABELS, SIGMAS } from './schedulers';

export interface Settings {
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly promptStyle: PromptStyle;
  readonly longPrompts: LongPrompts;
  readonly clipSkip: number;
  readonly steps: number;
  readonly seed: number;
  /** Draw `seed` again, instead of a new one each time. */
  readonly keepSeed: boolean;
  readonly guidanceScale: number;
  /** `null`: the model's own size. */
  readonly size: { readonly width: number; readonly height: number } | null;
  readonly scheduler: SchedulerName;
  readonly sigmas: SigmaSpacing;
  readonly numImages: number;
  readonly backend: 'auto' | BackendName;
  readonly memory: ImageRequest['memory'];
  /** Whether a tiny VAE decodes, where there is one. */
  readonly tinyDecoder: boolean;
  /** Whether a picture is shown while it is drawn, where there is a tiny VAE. */
  readonly previews: boolean;
  readonly modelId: string | null;
  /** Of those kept on the device, by name. */
  readonly loras: readonly ChosenLora[];
  /** Draw `sampling.subseed` again, instead of a new one each time. */
  readonly keepSubseed: boolean;
  readonly sampling: Sampling;
  /** What few ask for, as the engine knows it; gone with the visit. */
  readonly extra: Extra;
}

export type Extra = HiresRequest & FreeURequest & SavingRequest & GuidanceRequest;

/** What is left out of a drawing for speed: as `--fast` on the command leaves out of 12 steps and more, and of 20. */
export const SAVINGS = {
  nothing: {},
  some: { cacheInterval: 2, guidanceInterval: [0, 0.8] },
  much: { cacheInterval: 3, guidanceInterval: [0, 0.8] },
} as const satisfies Record<string, Extra>;

/** Where only the last steps are drawn, of a picture to begin from or once more, a saving leaves all of them guided. */
export function fitting(request: ImageRequest): ImageRequest {
  const { initImage, hiresScale, hiresSize } = request;
  if (!(initImage ?? hiresScale ?? hiresSize) || savingOf(request) === '') return request;
  const { guidanceInterval: _, ...rest } = request;
  return rest;
}

/** Which of these it is; empty where a picture that was taken up has it otherwise. */
export function savingOf({ cacheInterval = 1, cacheBranch, guidanceInterval }: Extra): keyof typeof SAVINGS | '' {
  const asked = `${[cacheInterval, cacheBranch, guidanceInterval]}`;
  const names = Object.keys(SAVINGS) as (keyof typeof SAVINGS)[];
  const named = names.find((name) => {
    const { cacheInterval: interval = 1, guidanceInterval: guided }: Extra = SAVINGS[name];
    return `${[interval, undefined, guided]}` === asked;
  });
  return named ?? '';
}

/**
 * What few set of noise and timesteps; absent is as usual. Kept between visits as the seed is, which without it draws another
 * picture. `numImages` stands beside `only`.
 */
export type Sampling = Partial<
  Pick<
    ImageRequest,
    'rng' | 'eta' | 'subseed' | 'subseedStrength' | 'numImages' | 'only' | 'timestepSpacing' | 'timesteps'
  >
>;

const NUMBER = /^[\d.e-]+$/;
/** How each is kept, as JSON; ranges are the engine's to check. */
export const SAMPLING: Readonly<Record<keyof Sampling, RegExp>> = {
  rng: /^"(torch|philox|comfy)"$/,
  timestepSpacing: /^"(leading|linspace|trailing)"$/,
  timesteps: /^\[[\d,]{1,5000}]$/,
  ...{ eta: NUMBER, subseed: NUMBER, subseedStrength: NUMBER, numImages: NUMBER, only: NUMBER },
};

/** In the order in which they are shown. */
export const BACKENDS = ['npu', 'webgpu', 'wasm-int8', 'wasm', 'native-cpu'] as const satisfies readonly BackendName[];

export const DEFAULT_SETTINGS: Settings = {
  prompt: '',
  negativePrompt: '',
  promptStyle: 'plain',
  longPrompts: 'cut',
  clipSkip: 0,
  steps: 20,
  seed: 1,
  keepSeed: false,
  guidanceScale: 7.5,
  size: null,
  scheduler: 'pndm',
  sigmas: 'model',
  numImages: 1,
  backend: 'auto',
  memory: 'auto',
  tinyDecoder: false,
  previews: false,
  modelId: null,
  loras: [],
  keepSubseed: false,
  sampling: {},
  extra: {},
};

/** Seeds we pick are short enough to say aloud; any up to 2^53 may be typed. */
export const randomSeed = (random: () => number = Math.random): number => Math.floor(random() * 2 ** 32);

/** `text` as settings; every field that does not fit its default's type is that default. */
export function parseSettings(text: string | null): Settings {
  const stored = asObject(text);
  const { size } = stored as { size?: { width?: unknown; height?: unknown } | null };
  const sizeFits = isSide(size?.width) && isSide(size?.height);
  const fields = Object.entries(DEFAULT_SETTINGS).map(([key, fallback]) => {
    const value = stored[key];
    return [key, typeof value === typeof fallback && !Number.isNaN(value) ? value : fallback];
  });
  return {
    ...(Object.fromEntries(fields) as Settings),
    size: sizeFits ? (size as Settings['size']) : null,
    modelId: typeof stored.modelId === 'string' ? stored.modelId : null,
    loras: Array.isArray(stored.loras) ? stored.loras.filter(isChosen) : [],
    sampling: soundSampling({ ...(stored.sampling as object) }),
    extra: {},
    promptStyle: oneOf(stored.promptStyle, ['plain', 'a1111'], DEFAULT_SETTINGS.promptStyle),
    longPrompts: oneOf(stored.longPrompts, ['cut', 'chunks'], DEFAULT_SETTINGS.longPrompts),
    scheduler: oneOf(stored.scheduler, keys(SCHEDULER_LABELS), DEFAULT_SETTINGS.scheduler),
    sigmas: oneOf(stored.sigmas, keys(SIGMAS), DEFAULT_SETTINGS.sigmas),
    backend: oneOf(stored.backend, ['auto', ...BACKENDS], DEFAULT_SETTINGS.backend),
    memory: oneOf(stored.memory, ['auto', 'low'], DEFAULT_SETTINGS.memory),
  };
}

const soundSampling = (kept: Readonly<Record<string, unknown>>): Sampling =>
  Object.fromEntries(
    Object.entries(SAMPLING).flatMap(([key, form]) => (form.test(JSON.stringify(kept[key])) ? [[key, kept[key]]] : [])),
  );

const isChosen = (one: Partial<ChosenLora> | null): boolean =>
  typeof one?.name === 'string' && typeof one.weight === 'number';

function asObject(text: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const keys = <Key extends string>(record: Readonly<Record<Key, string>>) => Object.keys(record) as Key[];

const oneOf = <T>(value: unknown, choices: readonly T[], fallback: T): T =>
  choices.find((choice) => choice === value) ?? fallback;

/** What the engine is asked for. */
export function toRequest(settings: Settings, model: Pick<ModelSummary, 'width' | 'height'>): ImageRequest {
  const { prompt, negativePrompt, seed, steps, guidanceScale, scheduler, sigmas, memory, sampling } = settings;
  const { promptStyle, longPrompts, clipSkip, loras, extra } = settings;
  const { eta, numImages: of = 1, only, timestepSpacing, timesteps, ...noise } = sampling;
  const { subseed: _, subseedStrength, ...own } = noise;
  // One picture of a batch whose noise is shared.
  const alone = settings.numImages === 1 && only !== undefined;
  const { width, height } = settings.size ?? model;
  return {
    prompt,
    negativePrompt,
    promptStyle,
    longPrompts,
    clipSkip,
    seed,
    steps,
    guidanceScale,
    width,
    height,
    scheduler,
    ...(loras.length > 0 ? { loras } : {}),
    ...(hasSigmas(scheduler) ? { sigmas } : {}),
    ...(subseedStrength ? noise : own),
    ...extra,
    ...(eta !== undefined && hasEta(scheduler) ? { eta } : {}),
    ...(timestepSpacing && hasSpacing(scheduler) ? { timestepSpacing } : {}),
    ...(timesteps?.length === steps && hasTimesteps(scheduler) && (sigmas === 'model' || !hasSigmas(scheduler))
      ? { timesteps }
      : {}),
    ...(alone ? { numImages: of, only } : { numImages: settings.numImages }),
    guidance: 'auto',
    memory,
  };
}
