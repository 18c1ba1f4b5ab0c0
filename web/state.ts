/** The page's signals: its memory (changed only by messages to the reducer) and what the person set. */
import { effect, signal } from '@preact/signals';
import type { BackendName, ModelSummary } from '../workers/api';
import { onlyThere, toBackend, type Wish } from './backends';
import type { Drawn } from './drawing';
import { readKept, writeKept } from './kept';
import { parseMeasured } from './measured';
import { INITIAL, type Message, reduce, type State } from './reducer';
import { DEFAULT_SETTINGS, parseSettings, type Settings } from './settings';

export const state = signal<State>({ ...INITIAL, measured: parseMeasured(readKept('measured')) });

/** Tells the reducer. */
export const tell = (message: Message): void => {
  state.value = reduce(state.value, message, performance.now());
};

export const settings = signal<Settings>(parseSettings(readKept('settings')));

/** Changes some settings. */
export const set = (change: Partial<Settings>): void => {
  settings.value = { ...settings.value, ...change };
};

/** Back to the defaults; the words and the model stay. */
export const resetSettings = (): void => {
  const { prompt, negativePrompt, modelId } = settings.value;
  settings.value = { ...DEFAULT_SETTINGS, prompt, negativePrompt, modelId };
};

export function keepSettings(): void {
  effect(() => writeKept('settings', JSON.stringify(settings.value)));
  effect(() => writeKept('measured', JSON.stringify(state.value.measured)));
}

/** What sizes are offered for before any model is known: the demo model's. */
const UNKNOWN_MODEL = { width: 256, height: 256 };

/** All that can be drawn with: those that lie here, and those that only the host has. */
export const modelsAtHand = (): ModelSummary[] => [...state.value.models, ...onlyThere(state.value)];

export const modelInUse = (): ModelSummary | undefined => modelsAtHand().find(({ id }) => id === state.value.modelId);

export const modelSize = (): { readonly width: number; readonly height: number } => modelInUse() ?? UNKNOWN_MODEL;

export const pictureOnShow = (): Drawn | undefined => state.value.pictures.find(({ id }) => id === state.value.shown);

export const isDemo = ({ origins }: ModelSummary): boolean => origins.some((origin) => origin.startsWith('demo:'));

/** What is to be drawn next. */
export function wish(): Wish {
  const { width, height } = settings.value.size ?? modelSize();
  const { deviceMemory } = navigator as { readonly deviceMemory?: number };
  const { memory } = settings.value;
  return { modelId: state.value.modelId, kept: modelInUse(), width, height, memory, deviceMemory };
}

/** What computes it. */
export const backendInUse = (): BackendName => toBackend(settings.value.backend, state.value, wish());
