/**
 * The weights of 3×3 convolutions as they are multiplied with: float32, in Winograd's form where the layer is computed in
 * it. That is 4 to 16 times what is stored (236 MB for 1280 × 1280 channels in int8), so the layer's outputs are
 * computed in parts, and one part's weights are in memory at a time.
 */
import type { Value } from '../layers';
import type { GraphBuilder } from './graphBuilder';
import { evenRuns } from './pictures';
import { type Tile, transformedWeights } from './winograd';

/** Bytes that the weights of one part may take: a quarter of this was as fast, and no more of it faster. */
const PART_BYTES = 32 * 1024 * 1024;

/** Output channels go in groups of so many: less would leave lanes of ORT's kernels idle. */
const LANES = 16;

/** Bytes of the weights of one output channel: as they are multiplied with, and where they are transformed, before. */
const channelBytes = (form: 0 | Tile, channels: number): number => 4 * channels * (form === 0 ? 9 : (form + 2) ** 2);

/** The weights of `scope`, packed as taps `[9, C, K]`, in parts of K: `[9 · C, K]` or Winograd's `[places, C, K]`. */
export function kernelParts(
  graph: GraphBuilder,
  scope: string,
  form: 0 | Tile,
  [channels, results]: readonly [number, number],
  partBytes = PART_BYTES,
): Value[] {
  const taps = `${scope}.weight/taps`;
  const most = partBytes / (LANES * channelBytes(form, channels));
  return evenRuns(Math.ceil(results / LANES), most).map(({ start, count }) => {
    const first = start * LANES;
    const width = Math.min(count * LANES, results - first);
    const dims = form === 0 ? [9 * channels, results] : [9, channels, results];
    const weights = graph.weightPart(taps, dims, { start: first, count: width });
    return form === 0 ? weights : transformedWeights(graph, weights, channels, width, form);
  });
}
