/**
 * OFT (Qiu et al. 2023, arXiv 2306.07280, sec. 4): outputs are turned into one another, block by block, by Cayley's transform
 * `R = (I + Q) (I − Q)⁻¹` of `Q = B − Bᵀ`; and BOFT (Liu et al. 2023, arXiv 2311.06243, sec. 4), several such turns, each of outputs that
 * lie farther apart. LyCORIS 4.1 (functional/diag_oft.py, functional/boft.py) and sd-scripts' networks/oft.py: alpha times the
 * number of outputs is the longest that Q is, `rescale` makes every output longer or shorter afterwards.
 *
 * At a weight other than 1 it is that part of the way, as in stable-diffusion-webui (extensions-builtin/Lora/network_oft.py, 1.10),
 * so that 0 is without it; LyCORIS leaves a part of `rescale` there, and takes the way in each of the turns of BOFT.
 */
import { elementCount } from '../../dtype';
import { addProduct } from '../merge';
import { cayley } from './cayley';
import { type Kind, type Shape, transposed } from './kind';

export const orthogonal: Kind = {
  name: 'OFT',
  roles: ['oft_blocks', 'rescale'],
  hasOwnAlpha: true,
  missing: ({ oft_blocks }) => (oft_blocks === undefined ? 'oft_blocks' : undefined),
  fit({ oft_blocks, rescale }, [rows]) {
    const fits = rescale === undefined || (rescale[0] === rows && elementCount(rescale) === rows);
    return fits && fitsBlocks(oft_blocks!, rows!) ? {} : undefined;
  },
  delta({ oft_blocks, rescale }, { alpha = 0, target }) {
    const { shape, data } = oft_blocks!;
    const [rows, size, turns] = [target[0]!, shape.at(-1)!, shape.length === 4 ? shape[0]! : 1];
    const rotations = cayley(data, size, alpha * rows);
    const each = (turn: number) => rotations.subarray(turn * rows * size, (turn + 1) * rows * size);
    return {
      whole: true,
      add(sum, _, scale) {
        let turned: Float32Array = sum;
        if (shape.length === 3) turned = rotated(turned, each(0), size, true);
        else {
          for (let turn = 0; turn < turns; turn++) {
            const apart = 2 ** turn * (size / 2);
            turned = interleaved(
              rotated(interleaved(turned, rows, apart, false), each(turn), size, false),
              rows,
              apart,
              true,
            );
          }
        }
        const columns = sum.length / rows;
        for (let i = 0; i < sum.length; i++) {
          const longer = rescale?.data[Math.floor(i / columns)] ?? 1;
          sum[i] = sum[i]! + scale * (longer * turned[i]! - sum[i]!);
        }
      },
    };
  },
};

/** `[blocks, size, size]`, or `[turns, blocks, size, size]`, whose last turn is of outputs that are half of all apart at most. */
function fitsBlocks(shape: Shape, rows: number): boolean {
  const [size, across, blocks, turns = 1] = [...shape].reverse() as [number, number, number, number?];
  if (size !== across || size < 1 || blocks * size !== rows) return false;
  return (
    shape.length === 3 || (shape.length === 4 && size % 2 === 0 && turns > 0 && rows % (2 ** turns * (size / 2)) === 0)
  );
}

/** Each `size` rows of `weight` times their block; `across`: times what it is transposed. */
function rotated(weight: Float32Array, blocks: Float32Array, size: number, across: boolean): Float32Array {
  const count = blocks.length / size ** 2;
  const [length, area] = [weight.length / count, size ** 2];
  const out = new Float32Array(weight.length);
  for (let block = 0; block < count; block++) {
    const turn = blocks.subarray(block * area, (block + 1) * area);
    const down = weight.subarray(block * length, (block + 1) * length);
    const up = across ? transposed(turn, size) : turn;
    addProduct(out.subarray(block * length, (block + 1) * length), { up, down, rank: size }, 1);
  }
  return out;
}

/** Rows `[c, 2, apart]` as `[c, apart, 2]`, so that those that are `apart` are neighbors; `back` from there. */
function interleaved(weight: Float32Array, rows: number, apart: number, back: boolean): Float32Array {
  const columns = weight.length / rows;
  const out = new Float32Array(weight.length);
  for (let row = 0; row < rows; row++) {
    const within = row % (2 * apart);
    const paired = row - within + (within % apart) * 2 + Math.floor(within / apart);
    const [from, to] = back ? [paired, row] : [row, paired];
    out.set(weight.subarray(from * columns, (from + 1) * columns), to * columns);
  }
  return out;
}
