/**
 * What a single file's UNet predicts, where the file says so: in its metadata (github.com/Stability-AI/ModelSpec,
 * `modelspec.prediction_type`), or by an empty tensor `v_pred`, which ComfyUI's checkpoints carry as a mark.
 */
import { unsupportedModel } from '../refuse';
import type { Safetensors } from '../safetensors';
import type { PredictionType } from '../sd15';

const SPELLINGS: Readonly<Record<string, PredictionType>> = {
  epsilon: 'epsilon',
  eps: 'epsilon',
  v: 'v_prediction',
  v_prediction: 'v_prediction',
};

const KEY = 'modelspec.prediction_type';

/** `undefined` where the file does not say. `unsupported-model` for anything but epsilon and v. */
export function markedPrediction(file: Safetensors): PredictionType | undefined {
  // Marks of trainings whose last timestep is pure noise (Lin et al. 2023, arXiv 2305.08891) or that end at sigma_max.
  for (const mark of ['ztsnr', 'edm_vpred.sigma_max']) {
    if (file.info(mark)) throw unsupportedModel(`${file.name}: ${mark}`, 'no such mark (zero terminal SNR)', 'one');
  }
  const written = file.metadata.get(KEY);
  if (written !== undefined) {
    const known = SPELLINGS[written.toLowerCase()];
    if (known === undefined) throw unsupportedModel(`${file.name}: ${KEY}`, 'epsilon or v', written);
    return known;
  }
  return file.info('v_pred') ? 'v_prediction' : undefined;
}
