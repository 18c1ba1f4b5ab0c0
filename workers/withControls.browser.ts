/** ControlNets and T2I-adapters in the browser: fetched when a picture asks for some, or somebody looks at their shelf. */
import { openSteerer } from '../models/control/openSteerer';
import type { Manifest } from '../models/manifest';
import type { GraphOptions } from '../models/pack';
import type { ChosenControl, OwnBackendName } from './api';
import { controlManifest, controlModel, type SteeringModel } from './controlModel';
import { type KeptControls, keptControls } from './controlShelf';
import { CodedError } from './errors';
import { controlBytes, int8ControlBytes } from './memory/controlBytes';
import type { Planned } from './memory/drawingPlan';
import { nearest } from './nearest';
import type { Records } from './store/records';

let shelf: KeptControls | undefined;

/** Those that the page keeps on the device, among `records`. */
export const controlShelf = (records: Records): KeptControls => {
  shelf ??= keptControls(records);
  return shelf;
};

type Named = Pick<ChosenControl, 'name'>;

/** What a picture is steered by, each as a model of its own. */
export interface Steered {
  readonly models: readonly SteeringModel[];
  /** What they take beside the UNet, bytes; 0 where nobody can say. */
  readonly beside: number;
}

/** How and where it is drawn. */
export interface SteeredDrawing {
  /** Of the model that is steered: its weights' form is theirs, too. */
  readonly manifest: Manifest;
  /** Of the largest pass. */
  readonly drawn: Planned;
  readonly on: OwnBackendName;
  readonly threads: number;
  readonly lowering: GraphOptions;
}

/**
 * Those of `records` that `controls` name, in their order, for such a drawing; `proved`: to be drawn with, not only looked at. Rejects with `bad-argument` for a
 * name that nobody has, `corrupt-store` for a damaged one, and as `withSteerer` does for one that does not fit the model.
 */
export async function steeredBy(
  controls: readonly Named[],
  { manifest, drawn, on, threads, lowering }: SteeredDrawing,
  records: Records,
  proved = true,
): Promise<Steered> {
  const kept = controlShelf(records);
  const opened = await Promise.all(controls.map(({ name }) => openedNamed(kept, name, proved)));
  const manifests = opened.map((control) => controlManifest(manifest, control));
  const beside =
    on === 'wasm-int8'
      ? int8ControlBytes(manifests, drawn, threads)
      : on === 'wasm'
        ? controlBytes(manifests, drawn)
        : 0;
  return { models: opened.map((control, i) => controlModel(control, manifests[i]!, lowering)), beside };
}

async function openedNamed(kept: KeptControls, name: string, proved: boolean) {
  const source = await (proved ? kept.open(name) : kept.look(name));
  if (source) return openSteerer(source);
  const names = await kept.names();
  const near = nearest(name, names, 3).join(', ');
  const expected =
    names.length === 0
      ? 'a control model that is here, where there is none'
      : `a control model that is here, such as ${near}`;
  throw new CodedError('bad-argument', { argument: 'controls', expected, got: name });
}
