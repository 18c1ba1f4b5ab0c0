/** The words of `npm run quantize`. Unknown or malformed ones are `bad-argument`. */
import { DOMAINS, type Domain } from '../../models/calibration/calibrationPrompts';
import { badArgument, readOptions } from '../../models/commandLine.node';
import { HEADS_FORMS, type HeadsForm } from '../../models/graph/qnn/attention';
import { type DiskOptions, diskOptions, fromCaller } from '../../models/openDisk.node';
import { CLIPPINGS, type Clipping } from '../../models/quantize/calibrate/clipping';
import { DEFAULT_ROUNDING, ROUNDINGS, type RoundingOptions } from '../../models/quantize/roundLayer';
import { ENGINES, type EngineName } from '../backend/computing.node';
import { USUAL_SENSITIVITY } from './sensitivityRoom';

/** `w8` and `w4` are weights alone: what the other backends compute with. */
export const FORMATS = ['w8a16', 'w8a8', 'w4a16', 'w8', 'w4'] as const;
export type Format = (typeof FORMATS)[number];

/** Gigabytes for second moments. */
const USUAL_MEMORY = 0;

export const USAGE = `usage: npm run quantize -- MODEL --out DIR [options]
  MODEL                    a .safetensors checkpoint, a diffusers folder, or "demo"
  --out DIR                where to write; what was stopped goes on when it is asked for again
  --format NAME            ${FORMATS.join(', ')} (default: w8a16): bits of weights, then of activations
  --size WIDTHxHEIGHT      pixels, multiples of 8; may be given several times: weights are rounded for all (default: the model's own size)
  --rounding NAME          ${ROUNDINGS.join(', ')} (default: ${DEFAULT_ROUNDING.rounding})
  --sweeps N               of coordinate descent, after gptq or adaround (default: ${DEFAULT_ROUNDING.sweeps})
  --iterations N           of adaround (default: ${DEFAULT_ROUNDING.iterations})
  --asymmetric             round for the inputs that earlier, rounded blocks leave: networks are cut into as many parts as
                           they have blocks, each of which is run three times for once; the demo model was the worse for it
  --bias-correction on|off whether biases take back what rounding does to the means of layers' outputs (default: on
                           for formats with four bits, off for others)
  --budget PERCENT         of float32's bytes that a network in four bits may take (default: 20); where its
                           form has no less, as little as can be had, and that is told. In w4 the UNet's kernels of 3 × 3
                           may have four bits as well
  --sensitivity N          guided calls of the UNet to measure each weight's four bits with, for which all of it must fit in
                           memory; 0: go by the layers' own errors (default: ${USUAL_SENSITIVITY}, with wasm 0 where it would not fit)
  --clipping NAME          ${CLIPPINGS.join(', ')}: ranges of activations in 8 bits (default: mse)
  --prompts N              pictures to calibrate with (default: 16)
  --steps N                steps of each, at least (default: 10)
  --samples N              calls of the UNet to look at, of all of them (default: 128)
  --places N               places of each layer to look at, of each call (default: 64)
  --domain NAME            prompts of this domain alone; may be given several times (default: all; demo for "demo")
  --parts N                graphs that the UNet is cut into, to be compiled for an NPU in less memory (default: 1)
  --heads NAME             ${HEADS_FORMS.join(', ')} (default: batched): whether graphs for NPUs have attention head by head, as
                           Qualcomm draws it, or all heads at once
  --memory GIGABYTES       for what is known of layers' inputs, of a part of a network at a time (default: ${USUAL_MEMORY}): with
                           more, the errors of more inputs make up for each other; it takes longer; 0: as little as can be
  --engine NAME            ${ENGINES.join(', ')} (default: wasm): native is several times as fast, and needs
                           npm install --no-save onnxruntime-node
  --vae FILE, --lora FILE[:WEIGHT], --prediction TYPE   as for npm run generate`;

export interface QuantizeArguments {
  readonly model: string;
  readonly out: string;
  readonly options: DiskOptions;
  readonly format: Format;
  /** Pixels; empty for the model's own size. */
  readonly sizes: readonly { readonly width: number; readonly height: number }[];
  readonly rounding: RoundingOptions;
  readonly asymmetric: boolean;
  readonly biasCorrection: boolean;
  /** Percent of float32's bytes, of each network. */
  readonly budget: number;
  /** Absent: the usual number, where there is room. */
  readonly sensitivity: number | undefined;
  readonly clipping: Clipping;
  readonly prompts: number;
  readonly steps: number;
  readonly samples: number;
  readonly places: number;
  readonly domains: readonly Domain[];
  /** Graphs for NPUs that the UNet is cut into, at most. */
  readonly parts: number;
  /** How these draw attention. */
  readonly heads: HeadsForm;
  /** Bytes for second moments, of a part of a network at a time, and what they are worked on with. */
  readonly momentBytes: number;
  readonly engine: EngineName;
}

type Count =
  | 'budget'
  | 'sensitivity'
  | 'sweeps'
  | 'iterations'
  | 'prompts'
  | 'steps'
  | 'samples'
  | 'places'
  | 'parts'
  | 'memory';
const SWITCH = ['on', 'off'] as const;

/** Whether the UNet's kernels of 3 × 3 may have four bits as well, as packs have them and no NPU's compiler takes. */
export const fourBitKernels = (format: Format): boolean => format === 'w4';

/** What won on the demo model (models/quantize/README.md). */
const usualCorrection = (format: Format): (typeof SWITCH)[number] => (format.startsWith('w4') ? 'on' : 'off');

const MAY_BE_NONE: readonly Count[] = ['sensitivity', 'sweeps', 'memory'];

export function parseArguments(args: readonly string[]): QuantizeArguments {
  const { values, positionals } = readOptions(args, OPTIONS, 'one of those that --help lists');
  const { model, out } = modelAndOut(positionals, values.out);
  const format = oneOf('--format', FORMATS, values.format ?? 'w8a16');
  const integer = (name: Count, usual: number): number =>
    integerOf(`--${name}`, values[name] ?? `${usual}`, MAY_BE_NONE.includes(name) ? 0 : 1);
  return {
    model,
    out,
    options: diskOptions(values),
    format,
    sizes: distinct(values.size ?? []).map(sizeOf),
    rounding: {
      rounding: oneOf('--rounding', ROUNDINGS, values.rounding ?? DEFAULT_ROUNDING.rounding),
      sweeps: integer('sweeps', DEFAULT_ROUNDING.sweeps),
      iterations: integer('iterations', DEFAULT_ROUNDING.iterations),
    },
    asymmetric: values.asymmetric ?? false,
    biasCorrection: oneOf('--bias-correction', SWITCH, values['bias-correction'] ?? usualCorrection(format)) === 'on',
    budget: integer('budget', 20),
    sensitivity: values.sensitivity === undefined ? undefined : integer('sensitivity', USUAL_SENSITIVITY),
    clipping: oneOf('--clipping', CLIPPINGS, values.clipping ?? 'mse'),
    prompts: integer('prompts', 16),
    steps: integer('steps', 10),
    samples: integer('samples', 128),
    places: integer('places', 64),
    domains: domainsOf(model, values.domain),
    parts: integer('parts', 1),
    heads: oneOf('--heads', HEADS_FORMS, values.heads ?? 'batched'),
    momentBytes: 1e9 * integer('memory', USUAL_MEMORY),
    engine: oneOf('--engine', ENGINES, values.engine ?? 'wasm'),
  };
}

/** `bad-argument` where one is there twice: its files would be, too. */
function distinct(sizes: readonly string[]): readonly string[] {
  const again = sizes.find((size, i) => sizes.indexOf(size) < i);
  if (again !== undefined) throw badArgument('--size', 'each size once', `${again} twice`);
  return sizes;
}

const text = { type: 'string' } as const;
const several = { type: 'string', multiple: true } as const;
const OPTIONS = {
  out: text,
  format: text,
  size: several,
  rounding: text,
  sweeps: text,
  iterations: text,
  asymmetric: { type: 'boolean' },
  'bias-correction': text,
  budget: text,
  sensitivity: text,
  clipping: text,
  prompts: text,
  steps: text,
  samples: text,
  places: text,
  domain: several,
  parts: text,
  heads: text,
  memory: text,
  engine: text,
  vae: text,
  lora: several,
  prediction: text,
} as const;

/** The model, as a path unless it is the demo model, and the folder to write to. */
export function modelAndOut(positionals: readonly string[], out: string | undefined): { model: string; out: string } {
  const [model, ...more] = positionals;
  if (!model || more.length > 0) throw badArgument('MODEL', 'one folder or file', positionals.join(' | '));
  if (!out) throw badArgument('--out', 'a folder', 'nothing');
  return { model: model === 'demo' ? model : fromCaller(model), out: fromCaller(out) };
}

/** The prompts' domains that were asked for; of the demo model, which knows little else, its own where none was. Empty: all. */
export const domainsOf = (model: string, given: readonly string[] | undefined): Domain[] =>
  (given ?? (model === 'demo' ? ['demo'] : [])).map((domain) => oneOf('--domain', DOMAINS, domain));

export function oneOf<const T extends string>(name: string, choices: readonly T[], given: string): T {
  const found = choices.find((choice) => choice === given);
  if (!found) throw badArgument(name, `one of ${choices.join(', ')}`, given);
  return found;
}

export function integerOf(name: string, given: string, least: number): number {
  if (!/^\d{1,6}$/.test(given) || Number(given) < least) throw badArgument(name, `an integer from ${least} on`, given);
  return Number(given);
}

export function sizeOf(given: string): { width: number; height: number } {
  const [, width, height] = /^(\d{1,4})x(\d{1,4})$/.exec(given) ?? [];
  const sides = [Number(width), Number(height)] as const;
  if (!sides.every((side) => side >= 8 && side <= 2048 && side % 8 === 0))
    throw badArgument('--size', 'WIDTHxHEIGHT, multiples of 8 from 8 to 2048, such as 512x768', given);
  return { width: sides[0], height: sides[1] };
}
