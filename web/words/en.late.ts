/** What the parts of the page say that come later (late.ts), in English; its shape is the type of the others. */
import type { ControlSummary, Freeable, LongPrompts, PromptStyle, WeightForm } from '../../workers/api';
import type { ControlUnit } from '../controls';
import type { OpenOptions } from '../openOptions';
import { rare } from './en.rare';

const whyNot: Record<string, string> = {
  'no-adapter': 'this browser offers no GPU to pages',
  'self-test-failed': 'it miscalculated a test, so it is not used',
  'no-threads': 'one core only: this page is not isolated from other pages, so the browser allows it no threads',
  software: 'imitated by the CPU here, and slower than it',
  'no-webgpu': 'this browser has no WebGPU',
  'no-host': 'only in the Android app, on phones that have one',
  'no-npu': 'this device has none that is known',
  'not-built-in': 'not in this build of the app',
  probing: 'it is being tested',
  'not-loaded': 'its driver does not load',
  'probe-failed': 'it did not pass its test',
  'crashed-before': 'the app died of it the last time; it can be tried again in the app',
  'too-hot': 'the device is too hot',
  'wider-weights': 'for models that were opened with 8-bit weights',
  'only-there': 'this model is only in the app',
  'download-failed': 'what it needs did not arrive',
  'other-model': 'the app has no form of this model for it',
};

export const late = {
  promptStyle: 'Brackets in prompts',
  promptStyles: { plain: 'Literal', a1111: 'A1111' } satisfies Record<PromptStyle, string>,
  promptStyleHint:
    'A1111 reads (word:1.3), [word], BREAK, [a:b:0.4], [a|b] and a AND b :0.5 as stable-diffusion-webui does.',
  styledNote: 'The brackets in these words were taken literally.',
  readStyled: 'Read them as A1111',
  longPrompts: 'Beyond 77 tokens',
  longPromptsHow: { cut: 'Leave out', chunks: 'In chunks' } satisfies Record<LongPrompts, string>,
  clipSkip: 'Layers to skip',
  clipSkipHint: 'At the end of the text encoder. “Clip skip 2” elsewhere is 1 here.',
  embeddings: 'Embeddings',
  addEmbedding: 'Add an embedding file',
  embeddingsHint: 'Textual inversion (.safetensors): write its name in a prompt.',

  decoder: 'The picture is decoded by',
  decoders: { own: 'The model’s VAE', tiny: 'A tiny VAE' },
  decoderHint: 'A tiny VAE (TAESD) is much faster and takes less memory; fine detail is less exact.',
  previews: 'While it is drawn',
  previewsWhen: { off: 'Show nothing', on: 'Show how it stands' },
  previewsHint: 'Four times on the way, by the tiny VAE; each takes about as long as a part of a step.',
  chooseTinyVae: 'Choose a tiny VAE file…',
  tinyVaeNeeded: 'For Stable Diffusion 1.x, such as taesd_decoder.safetensors. Until then the model’s VAE decodes.',
  fewSteps: 'This sampler is for models of few steps: 4 to 8, with hardly any guidance.',
  setFewSteps: (steps: number, guidance: number) => `Set ${steps} steps, guidance ${guidance}`,

  optionsHint: 'For the next model that is opened or downloaded.',
  loras: 'LoRA',
  addLora: 'Add a LoRA file',
  loraWeight: (name: string) => `Weight of ${name}`,
  useLora: (name: string) => `Draw with ${name}`,
  deleteLora: (name: string) => `Delete ${name}`,
  deleteForGood: 'Delete for good',
  loraGone: (name: string) => `${name} is not kept here any more.`,
  loraShelfHint:
    'Kept on this device (.safetensors, for Stable Diffusion 1.x), with any model. In A1111’s style a prompt may name them, too: <lora:name:0.8>.',
  loraUnsupported: (file: string, got: string) =>
    `This LoRA cannot be used here: only those for Stable Diffusion 1.x can. Found: ${got} (${file}).`,
  lorasKept: (names: readonly string[]) => `Kept, and drawn with from now on: ${names.join(', ')}.`,
  lorasMissing: (names: readonly string[]) =>
    `Its LoRAs are not here: ${names.join(', ')}. Without them it comes out otherwise.`,
  lorasOther: (names: readonly string[]) =>
    `LoRAs of these names are others here: ${names.join(', ')}. It comes out otherwise.`,
  fromAnother: 'It was drawn from another picture, which its file does not hold: give that one to draw from.',
  remove: (name: string) => `Remove ${name}`,
  vae: 'VAE',
  ownVae: 'The model’s own',
  chooseVae: 'Another VAE file',
  prediction: 'The network predicts',
  predictions: { 'as-said': 'As the file says', epsilon: 'Noise (ε)', v_prediction: 'Velocity (v)' } satisfies Record<
    OpenOptions['predictionType'],
    string
  >,
  weights: 'Weights',

  address: 'Address',
  addressHint: 'Of a .safetensors file, or of a catalog (.json).',
  badAddress: 'An address begins with https://',
  add: 'Add',
  catalogEmpty: 'This catalog is empty.',
  ownCatalog: 'Back to the built-in catalog',
  catalogLoading: 'Fetching the catalog …',
  get: 'Download',
  getModel: (name: string) => `Download ${name}`,
  license: 'License',
  licenseUnknown: 'not stated',
  licenseFirst: (name: string) => `Please read the license first: by downloading you accept ${name}.`,
  acceptLicense: 'Accept and download',
  newTab: 'opens in a new tab',

  interrupted: {
    download: (size: string) => `Interrupted download: ${size} are here.`,
    import: (size: string) => `Interrupted: ${size} are converted.`,
  },
  weighed: (file: string, weight: number) => `${file} × ${weight}`,
  keptOptions: (files: readonly string[]) => ` With ${files.join(', ')}.`,
  chooseAgain: (source: string, files: readonly string[], options: string) =>
    ` To go on there, choose ${source} again${files.length > 0 ? `, after ${files.join(' and ')} under “${options}”` : ''}.`,
  resume: 'Resume',
  resumeWith: (what: string) => `Resume with the ${what.toLowerCase()}`,
  discard: 'Discard',

  name: 'Name',
  rename: (name: string) => `Rename ${name}`,
  source: 'Source',
  hash: 'Hash',
  copyHash: 'Copy the whole hash',
  copied: 'Copied',
  verify: 'Verify',
  verified: 'Verified: every byte is as it was written.',
  export: 'Export as one file',

  ignored: (count: number) =>
    count === 1
      ? 'One part of the LoRA matches nothing in this model and was left out.'
      : `${count} parts of the LoRA match nothing in this model and were left out.`,
  deleted: (name: string) => `${name} was deleted.`,
  undo: 'Undo',
  modelReady: (name: string) => `${name} is ready.`,
  modelInUse: (name: string) => `${name} is ready and in use.`,
  modelRounded: (form: string) =>
    `Its weights are ${form.toLowerCase()}: the exact ones do not fit this device’s memory.`,
  use: 'Use it',
  fallen: (from: string, to: string) => `${from} stopped computing. ${to} goes on with the picture.`,
  hot: {
    slowed: 'The device is hot: it draws more slowly until it has cooled down.',
    stopped: 'The device is too hot: the app computes nothing until it has cooled down.',
  },
  modelSound: (name: string) => `${name} is sound: every byte is as it was written.`,
  freed: (size: string) => `${size} freed.`,
  taken: (name: string) => `Settings taken from ${name}.`,
  drawnWith: (model: string) => `It was drawn with the model ${model}, which is not the one in use.`,
  notTaken: (fields: readonly string[]) => `Not drawn with here: ${fields.join('; ')}.`,

  weightForms: { auto: 'Automatic', exact: 'Exact', fp16: '16-bit', int8: '8-bit', int4: '4-bit' } satisfies Record<
    WeightForm,
    string
  >,

  choosePicture: 'Choose a picture…',
  otherPicture: 'Another picture…',
  pictureShown: 'The one on show',
  leavePicture: 'Draw without it',
  paintHere: 'Paint here what is to be drawn anew',
  paintKeys: 'By keys: arrows move the brush, Space paints, Shift and arrows paint on the way.',
  paintHint: 'Paint on it to have only that part drawn anew; unpainted, all of it is.',
  clearMask: 'Remove the paint',
  brush: 'Brush, % of the longer side',
  strength: 'Change',
  strengthHint: 'How much of the picture is given up: at 1 nearly all of it.',

  ...rare,

  drawn: 'What is drawn',
  drawnParts: { whole: 'The whole picture', painted: 'The painted part' },
  paintedHint:
    'The part around the paint is drawn at the size that is set, and put back: finer, and the picture keeps its size.',
  padding: 'Around it, pixels',
  maskBlur: 'Soft edge, pixels',
  maskedContent: 'Begun there from',
  maskedContents: { original: 'The picture', fill: 'Colors around', latent_noise: 'Noise', latent_nothing: 'Nothing' },
  beyond: 'Draw beyond its edges, pixels',
  edges: ['Left', 'Top', 'Right', 'Bottom'],
  beyondHint: 'The picture goes on by so many pixels, up to 2048 in all. What is painted is not looked at meanwhile.',

  controlUnit: (place: number) => `Control ${place}`,
  removeControl: (place: number) => `Remove control ${place}`,
  addControl: 'Another control',
  controlModel: 'Control model',
  noControlModel: 'Choose one …',
  controlGone: (name: string) => `${name} (not kept here)`,
  controlPicture: (place: number) => `Picture for control ${place}`,
  controlDrop: 'Drop or paste here what the picture is to follow: edges, depths, a pose, a photograph.',
  controlDropLike: 'Drop or paste here what the picture is to be like; several pictures are taken together.',
  controlLikes:
    'What it shows is drawn, beside what the prompt says. Of each picture the square in the middle is looked at.',
  countsEverywhere: 'Everywhere',
  countsPainted: 'Where painted',
  whereCounts: (name: string, where: string) => `Where ${name} counts: ${where.toLowerCase()}`,
  paintWhere: (name: string) => `Paint where ${name} counts in what is drawn; unpainted, it counts everywhere`,
  onePictureMore: 'One more picture…',
  imageEncoder: 'Image encoder',
  controlWanted: (names: readonly string[]) =>
    `Not in the picture’s file, and to be given once more: ${names.map((name) => name || 'the picture').join(', ')}.`,
  controlSeen: 'What is followed of it',
  leaveControlPicture: 'Remove',
  pastePicture: 'Paste',
  nothingToPaste: 'There is no picture to paste.',
  preprocess: 'Preprocessor',
  preprocesses: { none: 'None', canny: 'Canny', invert: 'Invert', color: 'Colors' } satisfies Record<
    ControlUnit['preprocess'],
    string
  >,
  preprocessHint: {
    none: 'It is followed as it is: for edges, depths and poses that are drawn already.',
    canny: 'Its edges are followed, white on black: for control models named “canny”.',
    invert: 'Its negative is followed: for scribbles and line art in black on white.',
    color: 'Its colors are followed, one for each square of about 64 pixels: for T2I-adapters named “color”.',
  } satisfies Record<ControlUnit['preprocess'], string>,
  cannyLow: 'Low threshold',
  cannyHigh: 'High threshold',
  controlWeight: 'Weight',
  controlStart: 'Starts at, part of the steps',
  controlEnd: 'Ends at, part of the steps',
  controlStretched: (width: number, height: number) => `It is stretched to ${width} × ${height}.`,
  controlShape: (width: number, height: number) => `Draw ${width} × ${height}`,
  controlLacking: {
    model: 'Nothing is followed before a control model is chosen.',
    encoder:
      'It sees nothing before its image encoder is here: the folder “image_encoder”, or the file in it, that is published with it.',
    picture: 'Nothing is followed before a picture is given.',
  },
  controlGuess: 'Guess mode',
  controlGuessHint:
    'Steers only what the prompt predicts, the less the finer: for short prompts, much like “ControlNet is more important” elsewhere.',
  controlShelf: 'Kept on this device',
  controlKinds: {
    ...{ controlnet: 'ControlNet', adapter: 'T2I-adapter' },
    ...{ 'ip-adapter': 'IP-Adapter', 'image-encoder': 'Image encoder' },
  } satisfies Record<ControlSummary['kind'], string>,
  addControlFile: 'Add a file',
  addControlFolder: 'A folder',
  controlComing: (names: readonly string[]) => `Coming in: ${names.join(', ')} …`,
  deleteControl: (name: string) => `Delete ${name}`,
  controlShelfHint:
    'ControlNets, T2I-adapters and IP-Adapters for Stable Diffusion 1.x, and image encoders of these, as .safetensors or their folders; also dropped anywhere on this page.',
  encoderOther: (argument: string, expected: string, got: string) =>
    `This IP-Adapter needs another image encoder (${argument}: ${expected}; found: ${got}).`,
  encoderAlone: (got: string) =>
    `The file of this image encoder does not say how it computes (${got}): add its folder, with its config.json.`,
  controlUnsupported: (file: string, got: string) =>
    `This cannot steer pictures here: only ControlNets, T2I-adapters and IP-Adapters for Stable Diffusion 1.x can. Found: ${got} (${file}).`,
  controlsKept: (names: readonly string[]) => `Kept, and to be chosen under “Control”: ${names.join(', ')}.`,
  controlsMissing: (names: readonly string[]) =>
    `Its control models are not here: ${names.join(', ')}. Without them it comes out otherwise.`,
  controlsOther: (names: readonly string[]) =>
    `Control models of these names are others here: ${names.join(', ')}. It comes out otherwise.`,
  controlPictures: (names: readonly string[]) =>
    `What steered it is not in its file: give it under “Control”: ${names.join(', ')}.`,
  controlMasks: (names: readonly string[]) =>
    `Its file does not say where these count: paint that under “Control”: ${names.join(', ')}.`,

  storage: 'Storage',
  storageUsed: (used: string, quota: string) => `${used} of ${quota} used`,
  storageModels: (size: string) => `${size} in models`,
  storageFree: (size: string) => `Free ${size}`,
  freeable: {
    import: (size: string) => `${size} of interrupted imports`,
    download: (size: string) => `${size} of interrupted downloads`,
    discarded: (size: string) => `${size} of deleted models`,
  } satisfies Record<Freeable['kind'], unknown>,
  canBeFreed: (parts: readonly string[]) => `Can be freed: ${parts.join(', ')}.`,
  bringBack: (name: string) => `Bring back ${name}`,
  persisted: 'The browser keeps models when the device runs full.',
  notPersisted: 'The browser may clear models when the device runs full.',

  drawAgain: 'Draw it again',
  pageDied: (width: number, height: number, step: number) =>
    `Last time, the page was closed by the device while drawing ${width} × ${height}${step ? `, after step ${step}` : ''}: most likely memory ran out. A smaller size needs less.`,

  /** Some are taken only once they have passed a test. */
  autoIs: (name: string, tested: boolean) => `Auto: ${name}${tested ? ', tested on this device' : ''}`,
  backendWhy: (name: string, why: string, sizes: readonly string[]): string =>
    `${name}: ${why === 'other-size' ? `draws this model at ${sizes.join(', ')}` : (whyNot[why] ?? why)}`,
  measured: (name: string, duration: string, size: string, steps: string) =>
    `${name}: ${duration} last time (${size}, ${steps})`,
};

export type LateWords = typeof late;
