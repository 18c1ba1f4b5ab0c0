/**
 * The random numbers of a CUDA device: Philox 4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3",
 * with the constants of Random123) and Box-Muller as cuRAND does them for `torch.randn` on CUDA, so that a seed draws the picture
 * it draws in stable-diffusion-webui with its "NV" source (`modules/rng_philox.py`), which computes the same in float64.
 */
const TWO_PI_FLOAT32 = Math.fround(2 ** -32 * Math.fround(2 * Math.PI));

/** As of `TorchGenerator`; the whole of the seed counts, up to 2^53. */
export class PhiloxGenerator {
  readonly #key: readonly [number, number];
  #draws = 0;

  constructor(seed: number) {
    this.#key = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0];
  }

  /** `torch.randn(shape, device='cuda')` for a shape of `count` elements: number i is subsequence i, draw after draw. */
  randn(count: number): Float32Array {
    const draw = this.#draws++;
    return Float32Array.from({ length: count }, (_, i) => {
      const [x, y] = philox4x32([draw, 0, i, 0], this.#key);
      const radius = Math.sqrt(-2 * Math.log(x * 2 ** -32 + 2 ** -33));
      return radius * Math.sin(y * TWO_PI_FLOAT32 + TWO_PI_FLOAT32 / 2);
    });
  }
}

type Words = readonly [number, number, number, number];

const ROUNDS = 10;

/** Four random words out of four of a counter and two of a key. */
export function philox4x32(counter: Words, key: readonly [number, number]): Words {
  let [a, b, c, d] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const [highA, lowA] = [highWord(0xd2511f53, a), Math.imul(0xd2511f53, a) >>> 0];
    const [highC, lowC] = [highWord(0xcd9e8d57, c), Math.imul(0xcd9e8d57, c) >>> 0];
    [a, b, c, d] = [(highC ^ b ^ k0) >>> 0, lowC, (highA ^ d ^ k1) >>> 0, lowA];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [a, b, c, d];
}

/** The high 32 bits of the product of two 32-bit integers, by halves of one: each product fits into 53 bits. */
function highWord(a: number, b: number): number {
  const low = (a & 0xffff) * b;
  return Math.floor(((a >>> 16) * b + Math.floor(low / 2 ** 16)) / 2 ** 16) >>> 0;
}
