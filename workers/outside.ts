/**
 * What comes in from outside, picked or downloaded, and what leaves whole. Most visits use the demo model and need none of it:
 * the engine fetches this when one does.
 */
import type { Checkpoint } from '../models/checkpoint';
import type { ImportOptions } from './api';
import type { BringInOptions } from './bringIn';
import type { FetchDemo } from './demo';
import { fetchedTokenizer } from './fetchedTokenizer';
import { browserDevice } from './memory/device.browser';
import { planFor } from './memory/formFor';
import { pickedOptions } from './picked';

export { bringIn } from './bringIn';
export { fetchCatalog, shippedCatalog } from './download/catalog';
export { fetchModel } from './fetchModel';
export { inputOfPicked, isSingle } from './picked';
export { exportModel, verify } from './readWhole';
export { againOf } from './store/notedOptions';
export { fetchedTinyVae, standIn } from './tinyVae';

/** How a checkpoint is read and packed in this browser. */
export const conversionOf = (
  options: ImportOptions,
  fetchDemo: FetchDemo,
  signal: AbortSignal,
): Pick<BringInOptions, 'checkpoint' | 'plan' | 'automatic'> => ({
  checkpoint: pickedOptions(options, () => fetchedTokenizer(fetchDemo, signal)),
  plan: (checkpoint: Checkpoint) => planFor(checkpoint, options.weights ?? 'auto', browserDevice()),
  automatic: (options.weights ?? 'auto') === 'auto',
});
