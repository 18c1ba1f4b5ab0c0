/** ControlNets and T2I-adapters in the browser, and the shelf that they share: fetched when a picture asks for some, or somebody looks at it. */
import { openSteerer, type Steerer } from '../models/control/openSteerer';
import type { Manifest } from '../models/manifest';
import type { GraphOptions } from '../models/pack';
import { weightsInBlob } from '../models/stageWeights.browser';
import type { ChosenControl, ControlSummary } from './api';
import { controlModel, type PlannedSteering, plannedSteering, type SteeringModel } from './controlModel';
import { type KeptControls, keptControls } from './controlShelf';
import { keptOnce } from './keptOnce';
import type { Records } from './store/records';
import { unknownName } from './unknownName';

/** Each knows what it has held against its hash. */
const shelves = new WeakMap<Records, KeptControls>();

/** Those that the page keeps on the device, among `records`. */
export const controlShelf = (records: Records): KeptControls => {
  const shelf = shelves.get(records) ?? keptControls(records);
  shelves.set(records, shelf);
  return shelf;
};

type Named = Pick<ChosenControl, 'name'>;

/** What a picture is steered by, each as a model of its own, and as it is planned with. */
export interface Steered {
  readonly models: readonly SteeringModel[];
  readonly planned: readonly PlannedSteering[];
  /** Gives up what was packed of them, once nothing is drawn any more. */
  close(): void;
}

/**
 * Those of `records` that `controls` name, in their order, beside a model that is packed as `manifest` says: its weights' form is theirs,
 * too. `proved`: to be drawn with, not only looked at. Rejects with `bad-argument` for a name that nobody has, `corrupt-store` for a
 * damaged one, and as `withSteerer` does for one that does not fit the model.
 */
export async function steeredBy(
  controls: readonly Named[],
  { manifest, lowering }: { readonly manifest: Manifest; readonly lowering: GraphOptions },
  records: Records,
  proved = true,
): Promise<Steered> {
  const kept = controlShelf(records);
  const opened = await Promise.all(controls.map(({ name }) => openedNamed(kept, name, proved)));
  const planned = opened.map((control) => plannedSteering(control, manifest));
  // Packed at most once each: every picture of a batch and every pass opens them anew.
  const weights = opened.map(() => keptOnce(weightsInBlob));
  return {
    models: opened.map((control, i) => controlModel(control, planned[i]!.manifest, lowering, weights[i]!.keep)),
    planned,
    close: () => void Promise.all(weights.map((each) => each.close())),
  };
}

async function openedNamed(kept: KeptControls, name: string, proved: boolean): Promise<Steerer> {
  const source = await (proved ? kept.open(name) : kept.look(name));
  const summary = (await kept.list()).find((one) => one.name === name);
  if (source && summary) return asBrought(await openSteerer(source), summary);
  throw unknownName('controls', name, 'a control model', await kept.names());
}

/** `steerer`, of which a name that it was given since tells nothing. */
function asBrought(steerer: Steerer, { pooled = false, masked = false }: ControlSummary): Steerer {
  return steerer.kind === 'controlnet' ? { ...steerer, pooled, masked } : steerer;
}
