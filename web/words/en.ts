/** Everything the page says, in English. Its shape is the type every other language must fill. */
import type { Failure } from '../../workers/api';
import type { Job } from '../jobs';
import type { Settings } from '../settings';
import type { Shape } from '../sizes';

/** Of a number that is typed. */
interface Range {
  readonly least: number;
  readonly most: number;
  readonly step: number;
}

type ErrorDetails = NonNullable<Failure['details']>;

const fields: Record<string, string> = {
  width: 'Width',
  height: 'Height',
  steps: 'Steps',
  seed: 'Seed',
  guidanceScale: 'Guidance',
  numImages: 'Pictures',
  clipSkip: 'Layers to skip',
  model: 'The model',
};

const OPTIONS = 'Options for opening';

const seconds = (count: number): string => (count === 1 ? '1 second' : `${count} seconds`);
const minutes = (count: number): string => (count === 1 ? '1 minute' : `${count} minutes`);

export const en = {
  title: 'Pocket Diffusion',
  tagline: 'Pictures from words, on this device',

  prompt: 'Describe a picture',
  promptPlaceholder: 'a red apple on a blue background',
  negativePrompt: 'What to avoid',
  negativePlaceholder: 'blurry, text',
  draw: 'Draw',
  cancel: 'Cancel',
  canceling: 'Stopping …',
  drawShortcut: (modifier: string) => `${modifier} + Enter draws, Esc cancels`,
  promptCut: (tail: string) => `Only 77 tokens fit. The end was left out: “${tail}”`,
  negativeCut: (tail: string) => `“What to avoid” was too long. Its end was left out: “${tail}”`,

  settings: 'Settings',
  steps: 'Steps',
  stepsHint: 'More steps take longer and add detail, up to a point.',
  guidance: 'Guidance',
  guidanceHint: 'How closely to follow the words.',
  seed: 'Seed',
  seedHint: 'The same seed and settings draw the same picture.',
  keepSeed: 'Keep',
  keepSeedHint: 'Keep this seed instead of a new one for each drawing',
  newSeed: 'New seed',
  newSeedEachTime: 'new seed each time',
  broughtTo: (typed: string, taken: number, { least, most, step }: Range) =>
    `${least} to ${most}, ${step === 1 ? 'whole numbers' : `in steps of ${step}`}: ${typed} became ${taken}.`,
  size: 'Size',
  shapes: { square: 'Square', portrait: 'Portrait', landscape: 'Landscape' } satisfies Record<Shape, string>,
  otherSize: 'Other',
  width: 'Width',
  height: 'Height',
  scheduler: 'Sampler',
  schedulerKinds: { steady: 'Without fresh noise', fresh: 'With fresh noise', few: 'For few-step models' },
  sigmas: 'Sigmas',
  modelsOwn: 'The model’s own',
  numImages: 'Pictures',
  backend: 'Compute on',
  backends: {
    ...{ auto: 'Auto', npu: 'NPU', webgpu: 'GPU' },
    ...{ 'wasm-int8': 'CPU, 8 bits', wasm: 'CPU', 'native-cpu': 'CPU (native)' },
  } satisfies Record<Settings['backend'], string>,
  memory: 'Memory',
  memoryModes: { auto: 'Auto', low: 'Low' },
  memoryHint:
    'On the CPU, low reads the model in parts, anew for every step, and decodes in tiles: slower, nearly the same picture. At 8 bits the model stays whole.',
  stepsShort: (count: number) => (count === 1 ? '1 step' : `${count} steps`),
  decoder: 'Decoding',
  noise: 'Variations, noise, timesteps',
  promptOptions: 'How words are read',
  moreOptions: 'Larger, finer, faster',
  reset: 'Reset settings',
  initPicture: 'Draw from a picture',
  control: (steering: number) => (steering > 0 ? `Control · ${steering}` : 'Control'),
  fromPicture: 'Settings of a picture…',

  empty: 'Your picture appears here.',
  try: 'Try',
  examples: ['a red apple on a blue background', 'a penguin in the snow', 'a castle in the mountains at night'],
  phases: {
    preparing: 'Getting the model ready',
    waiting: 'Starting',
    loading: 'Loading the model',
    decoding: 'Turning it into a picture',
    step: (step: number, of: number) => `Step ${step} of ${of}`,
    picture: (index: number, of: number) => `Picture ${index} of ${of}`,
  },
  left: (text: string) => `about ${text} left`,
  duration: (milliseconds: number): string => {
    const whole = Math.max(1, Math.round(milliseconds / 1000));
    return whole < 90 ? seconds(whole) : minutes(Math.round(whole / 60));
  },
  drawnIn: (duration: string, backend: string) => `Drawn in ${duration} on the ${backend}`,
  seedOf: (seed: number, subseed?: number) => `seed ${seed}${subseed === undefined ? '' : `, variation ${subseed}`}`,
  announceDone: 'The picture is finished.',
  announceStarted: 'Drawing started.',
  announceStopped: 'Drawing stopped.',
  announceDoneShare: (percent: number) => `${percent} percent done.`,

  save: 'Save',
  share: 'Share',
  // The button says both parts where there is room, on a phone the first.
  reuse: 'Reuse',
  reuseWhat: ' settings',
  saveFailed: 'The picture could not be saved.',
  gallery: 'Pictures of this visit',
  showPicture: (index: number, prompt: string) => `Show picture ${index}: ${prompt}`,

  models: 'Model',
  demoModel: 'Built-in demo model',
  modelFacts: (size: string, width: number, height: number) => `${size} · ${width} × ${height}`,
  inApp: 'in the app',
  appModels: 'Models in the app',
  modelInfo: (name: string) => `About ${name}`,
  deleteModel: (name: string) => `Delete ${name}`,
  downloadingDemo: (size: string) => `Downloading the demo model (${size})`,
  preparingDemo: 'Preparing the demo model',
  preparingHint: 'Only this once. You can already type.',

  open: 'Open a model',
  openFile: 'File',
  openFolder: 'Folder',
  openHint:
    'A Stable Diffusion 1.x file (.safetensors) or a diffusers folder, also dropped anywhere on this page. It stays on this device.',
  dropHere: 'Drop to open',
  dropHint: 'A .safetensors file or a diffusers folder; a picture, to take its settings',
  openOptions: OPTIONS,

  web: 'Add from the web',

  jobPhases: {
    waiting: 'Waiting for its turn',
    downloading: 'Downloading',
    retrying: 'Trying again',
    verifying: 'Checking the download',
    converting: 'Converting',
    reading: 'Verifying',
    paused: 'Paused',
  } satisfies Record<Job['phase'], string>,
  jobOf: (name: string, what: string) => `${name}: ${what}`,
  bytesOf: (bytes: string, of: string) => `${bytes} of ${of}`,
  rate: (size: string) => `${size}/s`,
  pauseJob: (name: string) => `Pause ${name}`,
  resumeJob: (name: string) => `Resume ${name}`,
  cancelJob: (name: string) => `Cancel ${name}`,

  exporting: 'Exporting',

  forecast: (needed: string, available: string) => `Needs about ${needed}; this device gives ${available}.`,
  forecastSize: (width: number, height: number) => `Use ${width} × ${height}`,
  forecastStreamed: 'To fit, weights are read anew for each step: slower.',
  forecastTiled: 'To fit, the picture is decoded in tiles, which shows a little.',
  forecastNone: 'No size of this shape fits.',

  tryAgain: 'Try again',
  partMissing: 'This part of the page did not arrive. Check the connection.',
  renewDemo: 'Prepare the demo model again',
  drawOnCpu: 'Draw on the CPU instead',
  dismiss: 'Dismiss',
  details: 'Details',

  theme: 'Appearance',
  themes: { auto: 'Like the device', light: 'Light', dark: 'Dark' },
  languageSwitch: 'Language',

  errors: {
    'bad-argument': ({ argument, expected, got }: ErrorDetails) =>
      `${fields[argument] ?? argument} must be ${expected}; it is ${got}.`,
    'bad-model': ({ argument, expected, got }: ErrorDetails) =>
      got.startsWith('a pickle')
        ? `${argument} is a pickled file: reading it would run the code in it, so it is refused. Look for the same model as .safetensors.`
        : expected === 'a safetensors file'
          ? `${argument} is not a safetensors file; it looks like ${got}. Look for the .safetensors file itself.`
          : `This model’s files are damaged or incomplete (${argument}). Download or copy them again.`,
    'unsupported-model': ({ argument, expected, got }: ErrorDetails) =>
      got === 'a LoRA'
        ? `This is a LoRA (${argument}). Add it under “${OPTIONS}”, then open the model it is for.`
        : /^an? (ControlNet|T2I-adapter|IP-Adapter|image encoder.*)$/.test(got)
          ? `This is ${got} (${argument}). Add it under “Control” in the settings.`
          : /of the (ControlNet|T2I-adapter|IP-Adapter)$/.test(argument)
            ? `This control model is for another base than the model in use (${argument}: ${expected}; found: ${got}).`
            : got.endsWith('channels')
              ? 'This model draws into pictures: give it one under “Draw from a picture”, and paint on it what is to be drawn anew.'
              : `This model cannot be used here: only Stable Diffusion 1.x can. Found: ${got} (${argument}).`,
    'download-failed': ({ argument, got }: ErrorDetails) =>
      `${argument === 'program' ? 'A part of this page' : argument.includes('://') ? 'The file' : 'The demo model'} did not arrive (${argument}: ${got}). Check the connection and try again.`,
    'bad-catalog': ({ argument, expected, got }: ErrorDetails) =>
      `This list of models cannot be read: ${argument} should be ${expected}; it is ${got}.`,
    'bad-image': ({ argument, expected, got }: ErrorDetails) =>
      `This picture cannot be used (${argument}): it should be ${expected}; found: ${got}.`,
    'bad-picture': () => 'The calculation went wrong and there is no picture. Try again, or compute on the CPU.',
    'backend-unavailable': () =>
      'This device cannot compute this way now. Choose another way to compute in the settings.',
    'host-lost': () => host,
    'host-silent': () => host,
    'bad-host': () => host,
    'too-hot': () => 'The device is too hot to go on. Let it cool down, then try again.',
    'out-of-memory': () => 'There was not enough memory. Try a smaller size, and close other tabs and apps.',
    'storage-full': ({ expected, got }: ErrorDetails) =>
      `There is not enough storage for this model (needed: ${expected}; found: ${got}). Free some space and try again.`,
    'corrupt-store': () => 'The stored copy of this model is damaged. It must be deleted and brought in again.',
    'worker-died': () =>
      'The engine stopped unexpectedly, most likely for lack of memory. It starts again with your next picture.',
    aborted: () => 'Stopped.',
    internal: () => 'Something went wrong that should not have.',
  },
};

const host = 'The app stopped computing. Try again, or compute on the CPU.';

export type Words = typeof en;
