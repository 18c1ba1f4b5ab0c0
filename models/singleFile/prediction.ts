/**
 * What a single file's UNet predicts, where the file says so: in its metadata (github.com/Stability-AI/ModelSpec,
 * `modelspec.prediction_type`), or by an empty tensor `v_pred`, which ComfyUI's checkpoints carry as a mark.
 */
import { unsupportedModel } from '../refuse';
import type { Safetensors } from '../safetensors';
import type { PredictionType, SchedulerConfig } from '../sd15';

const SPELLINGS: Readonly<Record<string, PredictionType>> = {
  epsilon: 'epsilon',
  eps: 'epsilon',
  v: 'v_prediction',
  v_prediction: 'v_prediction',
};

const KEY = 'modelspec.prediction_type';

/**
 * The schedule of a file with ComfyUI's mark `ztsnr`: its last timestep was trained as pure noise, so it has to be the first one
 * drawn (Lin et al. 2024, arXiv 2305.08891, sections 3.1 and 3.3). Nothing without the mark.
 */
export const markedZeroSnr = (file: Safetensors): Pick<SchedulerConfig, 'rescaleBetasZeroSnr' | 'timestepSpacing'> =>
  file.info('ztsnr') ? { rescaleBetasZeroSnr: true, timestepSpacing: 'trailing' } : {};

/** `undefined` where the file does not say. `unsupported-model` for anything but epsilon and v. */
export function markedPrediction(file: Safetensors): PredictionType | undefined {
  // A mark of trainings over other sigmas, that end at the one it holds.
  const mark = 'edm_vpred.sigma_max';
  if (file.info(mark)) throw unsupportedModel(`${file.name}: ${mark}`, 'no such mark (sigmas of its own)', 'one');
  const written = file.metadata.get(KEY);
  if (written !== undefined) {
    const known = SPELLINGS[written.toLowerCase()];
    if (known === undefined) throw unsupportedModel(`${file.name}: ${KEY}`, 'epsilon or v', written);
    return known;
  }
  return file.info('v_pred') ? 'v_prediction' : undefined;
}
