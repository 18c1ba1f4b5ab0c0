/**
 * torch's CPU generator and its `torch.randn` in float32, so that a seed draws the picture it draws in diffusers.
 * Source: torch 2.11, `ATen/native/cpu/DistributionTemplates.h` (`normal_fill_AVX2`) for 16 numbers and more,
 * `ATen/core/DistributionsHelper.h` (`normal_distribution<double>`) for fewer. Box and Muller 1958 both times.
 */
import { Mt19937 } from './mt19937';

const { fround } = Math;
const TWO_PI = fround(2 * Math.PI);

export class TorchGenerator {
  readonly #engine: Mt19937;
  /** The second normal of a double pair, kept for the next short draw; long draws leave it alone. */
  #spare: number | undefined;

  /** `torch.Generator().manual_seed(seed)`; torch's engine keeps the low 32 bits of the 64. */
  constructor(seed: number) {
    this.#engine = new Mt19937(seed);
  }

  /** `torch.randn(shape, generator=this)` for a shape of `count` elements, row-major. */
  randn(count: number): Float32Array {
    return count < 16 ? Float32Array.from({ length: count }, () => this.#normal()) : this.#normals(count);
  }

  #normal(): number {
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare !== undefined) return spare;
    const u1 = this.#uniform53();
    const u2 = this.#uniform53();
    const radius = Math.sqrt(-2 * Math.log1p(-u2));
    const theta = 2 * Math.PI * u1;
    this.#spare = radius * Math.sin(theta);
    return radius * Math.cos(theta);
  }

  /** All uniforms first, then normals in blocks of 16; a last block that is not full is drawn anew as the last 16. */
  #normals(count: number): Float32Array {
    const data = Float32Array.from({ length: count }, () => this.#uniform24());
    for (let start = 0; start + 16 <= count; start += 16) boxMuller16(data.subarray(start, start + 16));
    if (count % 16 !== 0) {
      const tail = data.subarray(count - 16);
      for (let i = 0; i < 16; i++) tail[i] = this.#uniform24();
      boxMuller16(tail);
    }
    return data;
  }

  /** [0, 1) in steps of 2^-24: `uniform_real<float>`. */
  #uniform24(): number {
    return (this.#engine.uint32() & 0xffffff) * 2 ** -24;
  }

  /** [0, 1) in steps of 2^-53: `uniform_real<double>` of `random64`, whose first draw is the high word. */
  #uniform53(): number {
    const high = this.#engine.uint32() & 0x1fffff;
    return (high * 2 ** 32 + this.#engine.uint32()) * 2 ** -53;
  }
}

/** `normal_fill_16`: uniforms j and j + 8 become the cosine and sine normals. Rounds where the float32 code rounds. */
function boxMuller16(block: Float32Array): void {
  for (let j = 0; j < 8; j++) {
    const radius = fround(Math.sqrt(fround(-2 * fround(Math.log(1 - block[j]!)))));
    const theta = fround(TWO_PI * block[j + 8]!);
    block[j] = radius * fround(Math.cos(theta));
    block[j + 8] = radius * fround(Math.sin(theta));
  }
}
