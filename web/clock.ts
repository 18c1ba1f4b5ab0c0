/** The present, ticking four times a second while somebody waits: what a bar between two events runs on. */
import { computed, effect, signal } from '@preact/signals';
import { isRunning } from './jobs';
import { state } from './state';

export const now = signal(performance.now());

const waiting = computed(() => state.value.drawing !== undefined || state.value.jobs.some(isRunning));

export const runClock = (): (() => void) =>
  effect(() => {
    if (!waiting.value) return;
    const timer = setInterval(() => {
      now.value = performance.now();
    }, 250);
    return () => clearInterval(timer);
  });
