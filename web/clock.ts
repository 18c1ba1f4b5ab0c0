/** The present, ticking four times a second while somebody waits: what a bar between two events runs on. */
import { effect, signal } from '@preact/signals';
import { state } from './state';

export const now = signal(performance.now());

export const runClock = (): (() => void) =>
  effect(() => {
    if (!state.value.drawing && !state.value.importing) return;
    const timer = setInterval(() => {
      now.value = performance.now();
    }, 250);
    return () => clearInterval(timer);
  });
