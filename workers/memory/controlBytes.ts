/** What ControlNets take of memory while they are open beside the UNet. */
import { VAE_FACTOR } from '../../models/graph/vae';
import type { Manifest } from '../../models/manifest';
import { segmentNeeds } from '../../models/pack';
import { assemble, networkOf } from '../backend/int8/assemble';
import { WORDS } from '../backend/int8/numbers';
import { int8Guidance, type Planned } from './drawingPlan';
import type { DrawnSize } from './needs';

/** On our own kernels, bytes, for as many pictures in a call as the UNet takes. `manifests`: as `controlManifest` has made them. */
export const int8ControlBytes = (manifests: readonly Manifest[], drawn: Planned, threads: number): number =>
  summed(manifests, ({ description, stages }) => {
    const size = { ...sizeOf(drawn), batch: int8Guidance(drawn) === 'one-call' ? 2 : 1 };
    const network = { description, stage: 'unet', size, tensors: stages.unet.tensors } as const;
    return assemble(networkOf(network), WORDS, threads).layout.bytes;
  });

/** In ONNX Runtime's heap, bytes, each whole and lean. */
export const controlBytes = (manifests: readonly Manifest[], drawn: DrawnSize): number =>
  summed(manifests, ({ description, stages }) => {
    const [{ weights, values }] = segmentNeeds(description, 'unet', sizeOf(drawn), stages.unet.tensors, 1) as [
      ReturnType<typeof segmentNeeds>[number],
    ];
    return weights + values.lean;
  });

const sizeOf = ({ width, height, tokens }: DrawnSize) => ({
  ...{ batch: 1, height: height / VAE_FACTOR, width: width / VAE_FACTOR },
  ...(tokens === undefined ? {} : { tokens }),
});

const summed = (manifests: readonly Manifest[], bytes: (manifest: Manifest) => number): number =>
  manifests.reduce((sum, manifest) => sum + bytes(manifest), 0);
