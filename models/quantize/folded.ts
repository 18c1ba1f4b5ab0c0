/** Whether kernels lie folded, in four bits and steps, as few do; what unfolds them is fetched for those alone. */
import { later } from '../later';
import { type Manifest, STAGE_NAMES } from '../manifest';
import type { PackedTensor, StageWeights } from '../stage';
import { keyOf } from './plan';

export const isFolded = (tensors: readonly PackedTensor[]): boolean =>
  tensors.some(({ name }) => keyOf(name).layout === 'nibbles');

const unfolding = () => later(import('./unfolded'));

/** `manifest` with its tensors as they are read. */
export async function asRead(manifest: Manifest): Promise<Manifest> {
  const folded = STAGE_NAMES.some((name) => isFolded(manifest.stages[name].tensors));
  return folded ? (await unfolding()).unfolded(manifest) : manifest;
}

/** `weights`, in which `tensors` lie, as they are read. Closed where what reads them cannot be fetched. */
export async function weightsAsRead(weights: StageWeights, tensors: readonly PackedTensor[]): Promise<StageWeights> {
  if (!isFolded(tensors)) return weights;
  try {
    return (await unfolding()).unfoldedWeights(weights, tensors);
  } catch (error) {
    weights.close();
    throw error;
  }
}
