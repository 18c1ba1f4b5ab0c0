/** Light, dark, or as the device has it. The choice is an attribute that the style sheet reads. */
import { effect, signal } from '@preact/signals';
import { readKept, writeKept } from './kept';

export type Theme = 'auto' | 'light' | 'dark';
const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];

export const theme = signal<Theme>(THEMES.find((name) => name === readKept('theme')) ?? 'auto');

export const nextTheme = (): void => {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length]!;
};

/** Keeps the document and the record of the choice in step with it. */
export const followTheme = (): (() => void) =>
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
    writeKept('theme', theme.value === 'auto' ? null : theme.value);
  });
