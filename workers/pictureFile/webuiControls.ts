/**
 * What steers a picture, in the words of sd-webui-controlnet 1.1 (its internal_controlnet/args.py, `ControlNetUnit.serialize`): a field for each,
 * `ControlNet 0` and on. The hash behind a model's name is of a part of the file (stable-diffusion-webui's `model_hash`), and is not kept. Its older texts
 * are of another form.
 */
import type { ChosenControl, ChosenIpAdapter, ControlPreprocess, ControlRequest, IpAdapterRequest } from '../api';
import { CANNY_THRESHOLDS } from './canny';
import type { SaidControl, SaidControls } from './saidControls';
import type { SaidIpAdapter } from './saidIpAdapters';
import { DECIMAL } from './webuiForms';
import type { Said } from './webuiHires';

const GUESSING = 'ControlNet is more important';
const BALANCED = 'Balanced';
/** As ours is. */
const STRETCHED = 'Just Resize';
/** Of ours that have no settings, what they are called there. */
const MODULES = { invert: 'invert (from white bg & black line)', color: 't2ia_color_grid' } as const;

/** Finds by the model which of them it is. */
const IP_ADAPTER = 'ip-adapter-auto';

/** In their order, IP-Adapters last. */
export function controlsText({
  controls = [],
  controlGuess = false,
  ipAdapters = [],
}: ControlRequest & IpAdapterRequest): [string, string][] {
  const unit = (
    { name, start = 0, end = 1 }: ChosenControl | ChosenIpAdapter,
    { weight = 1, module, guess = false, ...more }: UnitText,
  ): string => {
    const fields = {
      Module: module,
      // What would divide it goes, as in its hashes of LoRAs.
      Model: name.replace(/[:,]/g, ''),
      ...{ Weight: weight, 'Resize Mode': STRETCHED },
      ...more.thresholds,
      ...{ 'Guidance Start': start, 'Guidance End': end, 'Pixel Perfect': 'True' },
      'Control Mode': guess ? GUESSING : BALANCED,
    };
    return Object.entries(fields)
      .map(([field, value]) => `${field}: ${value}`)
      .join(', ');
  };
  const units = [
    ...controls.map((one) => {
      const { preprocess, weight } = one;
      const module =
        preprocess === undefined ? 'none' : preprocess.type === 'canny' ? preprocess.type : MODULES[preprocess.type];
      const thresholds =
        preprocess?.type === 'canny' ? { 'Threshold A': preprocess.low, 'Threshold B': preprocess.high } : {};
      return unit(one, { weight, module, guess: controlGuess, thresholds });
    }),
    ...ipAdapters.map((one) => unit(one, { weight: one.scale, module: IP_ADAPTER })),
  ];
  return units.map((text, i) => [`ControlNet ${i}`, text]);
}

interface UnitText {
  readonly weight: number | undefined;
  readonly module: string;
  readonly guess?: boolean;
  readonly thresholds?: Readonly<Record<string, number>>;
}

/** What is said of them, where anything is. What of a field nobody here does stays in `left`, and is told as ignored. */
export function controlsOf({ left, take }: { readonly left: Map<string, string> } & Pick<Said, 'take'>): {
  readonly controls?: SaidControls;
  readonly ipAdapters?: readonly SaidIpAdapter[];
} {
  const controls: SaidControl[] = [];
  const ipAdapters: SaidIpAdapter[] = [];
  const modes: string[] = [];
  for (const [key, text] of [...left]) {
    const unit = /^ControlNet \d+$/.test(key) ? unitOf(text) : undefined;
    if (!unit) continue;
    take(key);
    if ('ipAdapter' in unit) {
      ipAdapters.push(unit.ipAdapter);
      continue;
    }
    controls.push(unit.control);
    modes.push(unit.mode);
    if (unit.others.length > 0) left.set(key, unit.others.join(', '));
  }
  const guess = modes.every((mode) => mode === GUESSING);
  // Here all of them guess, or none.
  if (!guess && modes.some((mode) => mode !== BALANCED)) left.set('Control Mode', [...new Set(modes)].join(', '));
  return {
    ...(controls.length > 0 ? { controls: { controls, guess } } : {}),
    ...(ipAdapters.length > 0 ? { ipAdapters } : {}),
  };
}

function unitOf(text: string) {
  const fields = new Map([...text.matchAll(/\s*([^:,]+): ([^,]*)(?:,|$)/g)].map(([, name, value]) => [name!, value!]));
  const { Model: model, Module: module = 'none', 'Control Mode': mode = BALANCED } = Object.fromEntries(fields);
  // Some of what it does, it does without one.
  if (model === undefined || model === 'None') return undefined;
  const number = (name: string): number | undefined => {
    const value = fields.get(name) ?? '';
    return DECIMAL.test(value) ? Number(value) : undefined;
  };
  const [weight, start, end] = ['Weight', 'Guidance Start', 'Guidance End'].map(number);
  const part = { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
  const name = model.replace(/ \[[0-9a-f]+\]$/, '');
  if (module.startsWith('ip-adapter')) {
    // Those for faces see what InsightFace finds in them.
    if (module.includes('face')) return undefined;
    const ipAdapter: SaidIpAdapter = { name, ...(weight === undefined ? {} : { scale: weight }), ...part, images: 1 };
    return { ipAdapter };
  }
  const preprocess = preprocessOf(module, number('Threshold A'), number('Threshold B'));
  const resized = fields.get('Resize Mode') ?? STRETCHED;
  const others = [
    ...(preprocess || module.toLowerCase() === 'none' ? [] : [`Module: ${module}`]),
    ...(resized === STRETCHED ? [] : [`Resize Mode: ${resized}`]),
  ];
  const control: SaidControl = {
    ...{ name, ...(preprocess ? { preprocess } : {}) },
    ...{ ...(weight === undefined ? {} : { weight }), ...part },
  };
  return { control, mode, others };
}

function preprocessOf(module: string, low?: number, high?: number): ControlPreprocess | undefined {
  if (module.startsWith('invert')) return { type: 'invert' };
  if (module === MODULES.color || module === 'color') return { type: 'color' };
  if (module !== 'canny') return undefined;
  return { type: 'canny', low: low ?? CANNY_THRESHOLDS.low, high: high ?? CANNY_THRESHOLDS.high };
}
