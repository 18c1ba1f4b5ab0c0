/** What IP-Adapters take of ONNX Runtime's heap before the UNet is opened. */
import { needsOnce } from '../../models/runOnce';
import { type ImagePrompting, promptingNetworks } from '../imagePrompting';
import { peakHeap } from './plan';

/** Bytes of the heap after what sees and what makes keys and values, segment by segment, each closed before the next. */
export const promptingBytes = (prompting: Pick<ImagePrompting, 'adapters'>): number =>
  Math.max(...promptingNetworks(prompting).map((network) => peakHeap(needsOnce(network), true)));
