/** What goes with the next model that is opened. Not kept: a LoRA left over would be merged into the wrong model. */
import { signal } from '@preact/signals';
import type { ImportOptions, PickedFile, WeightForm } from '../workers/api';

export interface OpenOptions {
  readonly loras: readonly { readonly file: PickedFile; readonly weight: number }[];
  readonly vae: PickedFile | undefined;
  readonly predictionType: 'as-said' | 'epsilon' | 'v_prediction';
  readonly weights: WeightForm;
}

export const DEFAULT_OPTIONS: OpenOptions = { loras: [], vae: undefined, predictionType: 'as-said', weights: 'auto' };

export const openOptions = signal<OpenOptions>(DEFAULT_OPTIONS);

export const setOptions = (change: Partial<OpenOptions>): void => {
  openOptions.value = { ...openOptions.value, ...change };
};

/** The options, for one model: after it they are the defaults again. */
export function takeOptions(): ImportOptions {
  const taken = toImportOptions(openOptions.value);
  openOptions.value = DEFAULT_OPTIONS;
  return taken;
}

/** What the engine is asked for: only what differs from the defaults. */
export const toImportOptions = ({ loras, vae, predictionType, weights }: OpenOptions): ImportOptions => ({
  ...(loras.length > 0 ? { loras } : {}),
  ...(vae ? { vae } : {}),
  ...(predictionType === 'as-said' ? {} : { predictionType }),
  ...(weights === 'auto' ? {} : { weights }),
});
