/** What steers a drawing of `npm run generate`: planned with a model, then as models beside it. */
import type { Steerer } from '../../models/control/openSteerer';
import type { Manifest } from '../../models/manifest';
import { weightsInTemporaryFile } from '../../models/stageWeights.node';
import { controlModel, type PlannedSteering, plannedSteering, type SteeringModel } from '../controlModel';
import { keptOnce } from '../keptOnce';

/** Beside a model that is packed as `manifest` says. Throws as `withSteerer` does. */
export const plannedBeside = (steerers: readonly Steerer[], manifest: Manifest): PlannedSteering[] =>
  steerers.map((control) => plannedSteering(control, manifest));

export interface SteeringModels {
  readonly models: readonly SteeringModel[];
  /** Gives up their weights, once nothing is drawn any more. */
  close(): Promise<void>;
}

/** Packed at most once each, into temporary files: every picture and every pass opens them anew. */
export function modelsBeside(steerers: readonly Steerer[], planned: readonly PlannedSteering[]): SteeringModels {
  const kept = steerers.map(() => keptOnce(weightsInTemporaryFile));
  return {
    models: steerers.map((control, i) => controlModel(control, planned[i]!.manifest, {}, kept[i]!.keep)),
    close: async () => void (await Promise.all(kept.map((each) => each.close()))),
  };
}
