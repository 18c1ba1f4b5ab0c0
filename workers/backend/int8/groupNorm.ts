/** Group norms: moments of the groups, from which each channel gets a factor and a summand. Whoever reads the rows applies them. */
import {
  G_AFFINE,
  G_BIAS,
  G_EPSILON,
  G_GROUPS,
  G_MOMENTS,
  G_PART_ROWS,
  G_PARTS,
  G_PICTURE_ROWS,
  G_WEIGHT,
  GROUP_AFFINE,
  GROUP_MOMENTS,
  R_A,
  R_A_CHANNELS,
  R_A_STRIDE,
  R_B,
  R_B_CHANNELS,
  R_B_STRIDE,
} from '../../kernels/layout';
import type { Assembly } from './assembly';
import { place, type Region } from './instruction';
import { channelsOf, type Source } from './value';

/** Rows that are summed up in float32. */
const PART_ROWS = 64;

/** The factors and summands `[B, 2, C]`. */
export function groupMoments(
  assembly: Assembly,
  scope: string,
  source: Source,
  pictures: number,
  { groups, epsilon }: { readonly groups: number; readonly epsilon: number },
): Region {
  const { a, b } = source;
  const channels = channelsOf(source);
  assembly.inFours(scope, a.channels, ...(b ? [b.channels] : []));
  const rows = a.rows / pictures;
  const parts = Math.ceil(rows / PART_ROWS);
  const moments = assembly.region(`${scope} moments`, 16 * pictures * parts * groups);
  const affine = assembly.region(`${scope} affine`, 8 * pictures * channels);
  const weight = assembly.constants.vector(`${scope}.weight`, channels);
  const bias = assembly.constants.vector(`${scope}.bias`, channels);
  const words = {
    ...{ [R_A]: place(a.region), [R_A_STRIDE]: a.channels, [R_A_CHANNELS]: a.channels },
    ...(b ? { [R_B]: place(b.region), [R_B_STRIDE]: b.channels, [R_B_CHANNELS]: b.channels } : {}),
    ...{
      [G_PICTURE_ROWS]: rows,
      [G_GROUPS]: groups,
      [G_PART_ROWS]: PART_ROWS,
      [G_PARTS]: parts,
    },
    ...{ [G_MOMENTS]: place(moments), [G_WEIGHT]: place(weight), [G_BIAS]: place(bias) },
    ...{ [G_EPSILON]: { float: epsilon }, [G_AFFINE]: place(affine) },
  };
  assembly.push({
    ...{ opcode: GROUP_MOMENTS, scope, tiles: pictures * parts, words, writes: [moments], scratch: 8 * channels + 64 },
    reads: [a.region, ...(b ? [b.region] : [])],
  });
  assembly.push({
    ...{ opcode: GROUP_AFFINE, scope, tiles: pictures, words, writes: [affine], scratch: 0 },
    reads: [moments],
  });
  return affine;
}
