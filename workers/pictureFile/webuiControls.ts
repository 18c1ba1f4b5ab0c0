/**
 * What steers a picture, in the words of sd-webui-controlnet 1.1 (its internal_controlnet/args.py, `ControlNetUnit.serialize`): a field for each,
 * `ControlNet 0` and on. The hash behind a model's name is of a part of the file (stable-diffusion-webui's `model_hash`), and is not kept. Its older texts
 * are of another form.
 */
import type { ControlPreprocess, ControlRequest } from '../api';
import { CANNY_THRESHOLDS } from './canny';
import type { SaidControl, SaidControls } from './saidControls';
import { DECIMAL } from './webuiForms';
import type { Said } from './webuiHires';

const GUESSING = 'ControlNet is more important';
const BALANCED = 'Balanced';
/** As ours is. */
const STRETCHED = 'Just Resize';
const INVERT = 'invert (from white bg & black line)';

/** In their order. */
export const controlsText = ({ controls = [], controlGuess = false }: ControlRequest): [string, string][] =>
  controls.map(({ name, preprocess, weight = 1, start = 0, end = 1 }, i) => {
    const fields = {
      Module: preprocess === undefined ? 'none' : preprocess.type === 'invert' ? INVERT : preprocess.type,
      // What would divide it goes, as in its hashes of LoRAs.
      Model: name.replace(/[:,]/g, ''),
      ...{ Weight: weight, 'Resize Mode': STRETCHED },
      ...(preprocess?.type === 'canny' ? { 'Threshold A': preprocess.low, 'Threshold B': preprocess.high } : {}),
      ...{ 'Guidance Start': start, 'Guidance End': end, 'Pixel Perfect': 'True' },
      'Control Mode': controlGuess ? GUESSING : BALANCED,
    };
    const text = Object.entries(fields).map(([field, value]) => `${field}: ${value}`);
    return [`ControlNet ${i}`, text.join(', ')];
  });

/** What is said of them, where anything is. What of a field nobody here does stays in `left`, and is told as ignored. */
export function controlsOf({ left, take }: { readonly left: Map<string, string> } & Pick<Said, 'take'>) {
  const controls: SaidControl[] = [];
  const modes: string[] = [];
  for (const [key, text] of [...left]) {
    const unit = /^ControlNet \d+$/.test(key) ? unitOf(text) : undefined;
    if (!unit) continue;
    take(key);
    controls.push(unit.control);
    modes.push(unit.mode);
    if (unit.others.length > 0) left.set(key, unit.others.join(', '));
  }
  if (controls.length === 0) return undefined;
  const guess = modes.every((mode) => mode === GUESSING);
  // Here all of them guess, or none.
  if (!guess && modes.some((mode) => mode !== BALANCED)) left.set('Control Mode', [...new Set(modes)].join(', '));
  const said: SaidControls = { controls, guess };
  return said;
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
  const preprocess = preprocessOf(module, number('Threshold A'), number('Threshold B'));
  const [weight, start, end] = ['Weight', 'Guidance Start', 'Guidance End'].map(number);
  const resized = fields.get('Resize Mode') ?? STRETCHED;
  const others = [
    ...(preprocess || module.toLowerCase() === 'none' ? [] : [`Module: ${module}`]),
    ...(resized === STRETCHED ? [] : [`Resize Mode: ${resized}`]),
  ];
  const control: SaidControl = {
    name: model.replace(/ \[[0-9a-f]+\]$/, ''),
    ...(preprocess ? { preprocess } : {}),
    ...(weight === undefined ? {} : { weight }),
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
  };
  return { control, mode, others };
}

function preprocessOf(module: string, low?: number, high?: number): ControlPreprocess | undefined {
  if (module.startsWith('invert')) return { type: 'invert' };
  if (module !== 'canny') return undefined;
  return { type: 'canny', low: low ?? CANNY_THRESHOLDS.low, high: high ?? CANNY_THRESHOLDS.high };
}
