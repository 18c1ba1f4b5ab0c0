/** The page's signals: its memory (changed only by messages to the reducer) and what the person set. */
import { effect, signal } from '@preact/signals';
import type { ModelSummary } from '../workers/api';
import type { Drawn } from './drawing';
import { readKept, writeKept } from './kept';
import { INITIAL, type Message, reduce, type State } from './reducer';
import { DEFAULT_SETTINGS, parseSettings, type Settings } from './settings';

export const state = signal<State>(INITIAL);

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

export const keepSettings = (): (() => void) => effect(() => writeKept('settings', JSON.stringify(settings.value)));

/** What sizes are offered for before any model is known: the demo model's. */
const UNKNOWN_MODEL = { width: 256, height: 256 };

export const modelInUse = (): ModelSummary | undefined =>
  state.value.models.find(({ id }) => id === state.value.modelId);

export const modelSize = (): { readonly width: number; readonly height: number } => modelInUse() ?? UNKNOWN_MODEL;

export const pictureOnShow = (): Drawn | undefined => state.value.pictures.find(({ id }) => id === state.value.shown);

export const isDemo = ({ origins }: ModelSummary): boolean => origins.some((origin) => origin.startsWith('demo:'));
