/** The words of `npm run evaluate`. Unknown or malformed ones are `bad-argument`. */
import type { Domain } from '../../../models/calibration/calibrationPrompts';
import { readOptions } from '../../../models/commandLine.node';
import { type DiskOptions, diskOptions, fromCaller } from '../../../models/openDisk.node';
import type { StageName } from '../../../models/stage';
import { ENGINES, type EngineName } from '../../backend/computing.node';
import { DRAWN } from '../../memory/course';
import { domainsOf, FORMATS, type Format, integerOf, modelAndOut, oneOf, sizeOf } from '../arguments.node';

/**
 * `npu`: graphs for NPUs, as QuantizeLinear and DequantizeLinear define them; `packed`: the weights that other backends compute
 * with, as these do, who round some activations to 8 bits on the way; `weights`: the same with all activations in float32.
 */
const FORMS = ['npu', 'packed', 'weights'] as const;

export const USAGE = `usage: npm run evaluate -- MODEL --out DIR [options]
  MODEL                    a .safetensors checkpoint, a diffusers folder, or "demo"
  --out DIR                for report.html and report.json; what was stopped goes on when it is asked for again
  --quantized DIR          what npm run quantize has written; without it the model is quantized the plainest way, by these three:
  --format NAME            ${FORMATS.join(', ')} (default: w8a16): bits of weights, then of activations
  --bits FILE              a JSON object of weights' names and 8 or 4; what it does not name has the format's
  --stages NAME,…          which networks are quantized (default: ${DRAWN.join(',')})
  --as FORM                which of what was written: ${FORMS.join(', ')} (default: npu)
  --prompts N, --seeds N   held-out prompts, each drawn from seeds 0 to N - 1 (default: 32, 3)
  --domain NAME            prompts of this domain alone; may be given several times (default: all; demo for "demo")
  --steps N                of each picture (default: 20)
  --compared-steps N       of which both UNets are asked the same (default: 7)
  --size WIDTHxHEIGHT      pixels, multiples of 8 (default: the model's own size)
  --engine NAME            ${ENGINES.join(', ')} (default: wasm), as for npm run quantize
  --reference DIR          what the exact model draws, for the next comparison (default: beside --out, "reference")
  --vae FILE, --lora FILE[:WEIGHT], --prediction TYPE   as for npm run generate`;

export interface EvaluateArguments {
  readonly model: string;
  readonly out: string;
  readonly reference: string;
  readonly options: DiskOptions;
  /** A folder that `npm run quantize` wrote. */
  readonly quantized: string | undefined;
  readonly as: (typeof FORMS)[number];
  readonly format: Format;
  readonly bits: string | undefined;
  readonly stages: readonly StageName[];
  readonly prompts: number;
  readonly seeds: number;
  readonly domains: readonly Domain[];
  readonly engine: EngineName;
  readonly steps: number;
  readonly comparedSteps: number;
  /** The model's own where absent. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
}

export function parseArguments(args: readonly string[]): EvaluateArguments {
  const { values, positionals } = readOptions(args, OPTIONS, 'one of those that --help lists');
  const { model, out } = modelAndOut(positionals, values.out);
  const integer = (name: 'prompts' | 'seeds' | 'steps' | 'compared-steps', usual: number) =>
    integerOf(`--${name}`, values[name] ?? `${usual}`, 1);
  return {
    model,
    out,
    reference: fromCaller(values.reference ?? `${values.out}/../reference`),
    options: diskOptions(values),
    quantized: values.quantized === undefined ? undefined : fromCaller(values.quantized),
    as: oneOf('--as', FORMS, values.as ?? 'npu'),
    format: oneOf('--format', FORMATS, values.format ?? 'w8a16'),
    bits: values.bits === undefined ? undefined : fromCaller(values.bits),
    stages: (values.stages ?? DRAWN.join(',')).split(',').map((stage) => oneOf('--stages', DRAWN, stage)),
    prompts: integer('prompts', 32),
    seeds: integer('seeds', 3),
    domains: domainsOf(model, values.domain),
    engine: oneOf('--engine', ENGINES, values.engine ?? 'wasm'),
    steps: integer('steps', 20),
    comparedSteps: integer('compared-steps', 7),
    size: values.size === undefined ? undefined : sizeOf(values.size),
  };
}

const text = { type: 'string' } as const;
const several = { type: 'string', multiple: true } as const;
const OPTIONS = {
  out: text,
  reference: text,
  quantized: text,
  as: text,
  format: text,
  bits: text,
  stages: text,
  prompts: text,
  seeds: text,
  domain: several,
  engine: text,
  steps: text,
  'compared-steps': text,
  size: text,
  vae: text,
  lora: several,
  prediction: text,
} as const;
