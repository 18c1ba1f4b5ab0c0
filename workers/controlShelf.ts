/** The page's ControlNets and T2I-adapters. */
import { FOLDER_FILES, openSteerer, refuseOtherBase, withSteerer } from '../models/control/openSteerer';
import { CodedError } from '../models/errors';
import type { Manifest } from '../models/manifest';
import type { ControlSummary, PickedFile } from './api';
import { howItSteers } from './controlModel';
import { type KeptFiles, keptFiles } from './keptFiles';
import { inputOfPicked, isSingle } from './picked';
import type { Records } from './store/records';

export interface KeptControls extends Omit<KeptFiles<ControlSummary>, 'take'> {
  /** As `EngineApi.importControl`; of a folder its file of weights is kept, under the folder's name. */
  take(files: readonly PickedFile[], beside?: Manifest): Promise<ControlSummary>;
}

const HASH_DIGITS = 12;

export function keptControls(records: Records): KeptControls {
  const kept = keptFiles<ControlSummary>(records, {
    kind: 'control',
    noun: 'control model',
    async describe(source) {
      const how = howItSteers(await openSteerer(source));
      return (id) => ({ ...how, hash: id.slice(0, HASH_DIGITS) });
    },
  });
  return {
    ...kept,
    async take(files, beside) {
      const steerer = await openSteerer(inputOfPicked(files));
      refuseOtherBase(steerer);
      if (beside) {
        try {
          withSteerer(beside.description, steerer);
        } catch (error) {
          // It may be for a model that comes later.
          if (!(error instanceof CodedError && error.code === 'unsupported-model')) throw error;
        }
      }
      const file = isSingle(files) ? files[0]! : weightsAmong(files);
      return kept.take({ path: steerer.name, file: file.file }, howItSteers(steerer));
    },
  };
}

/** What `openSteerer` has read of a folder. */
const weightsAmong = (files: readonly PickedFile[]): PickedFile =>
  FOLDER_FILES.flatMap((name) => files.find(({ path }) => path.replace(/^[^/]*\//, '') === name) ?? [])[0]!;
