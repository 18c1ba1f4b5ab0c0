/** The page's ControlNets, T2I-adapters and IP-Adapters, and the image encoders of these. */
import { FOLDER_FILES } from '../models/control/openSteerer';
import { CodedError } from '../models/errors';
import { ENCODER_FILES } from '../models/ipAdapter/openImageEncoder';
import type { Manifest } from '../models/manifest';
import type { ControlSummary, PickedFile } from './api';
import { checkFile, type KnownControl, knownOf, openControlFile, refuseOtherFile } from './controlFile';
import { type KeptFiles, keptFiles } from './keptFiles';
import { inputOfPicked, isSingle } from './picked';
import type { Records } from './store/records';

export type KeptControl = ControlSummary & KnownControl;

export interface KeptControls extends Omit<KeptFiles<KeptControl>, 'take'> {
  /** As `EngineApi.importControl`; of a folder its file of weights is kept, under the folder's name. */
  take(files: readonly PickedFile[], beside?: Manifest): Promise<KeptControl>;
}

const HASH_DIGITS = 12;

export function keptControls(records: Records): KeptControls {
  const kept = keptFiles<KeptControl>(records, {
    kind: 'control',
    noun: 'control model',
    async describe(source, { how } = {}) {
      const known = knownOf(await openControlFile(source, how));
      return (id) => ({ ...known, hash: id.slice(0, HASH_DIGITS) });
    },
  });
  return {
    ...kept,
    async take(files, beside) {
      const opened = await openControlFile(inputOfPicked(files));
      refuseOtherFile(opened);
      if (beside) {
        try {
          checkFile(opened, beside.description);
        } catch (error) {
          // It may be for a model that comes later.
          if (!(error instanceof CodedError && error.code === 'unsupported-model')) throw error;
        }
      }
      const file = isSingle(files) ? files[0]! : weightsAmong(files);
      // Published encoders lie in a folder that says what they are, and are called like any other model.
      const called = opened.kind === 'image-encoder' && ENCODER_FILES.includes(`${opened.name}.safetensors`);
      return kept.take({ path: called ? 'image_encoder' : opened.name, file: file.file }, knownOf(opened));
    },
  };
}

/** What was read of a folder. */
const weightsAmong = (files: readonly PickedFile[]): PickedFile =>
  [...FOLDER_FILES, ...ENCODER_FILES].flatMap(
    (name) => files.find(({ path }) => path.replace(/^[^/]*\//, '') === name) ?? [],
  )[0]!;
