/** Hands a stage's weights to ONNX Runtime without a copy of them all. */
import type { StageWeights } from '../../models/stage';

/**
 * ORT Web 1.30 asks the external data it is given for `byteLength` and `subarray(begin, end)` alone, synchronously,
 * and copies what it gets at once (facts.md §3): this array is empty, says it is long, and reads. ORT must see a
 * `Uint8Array`, or it would ask for the whole.
 */
export class ExternalData extends Uint8Array {
  /** What a read threw: ORT swallows it and reports a code of its own. */
  thrown: unknown;
  readonly #weights: StageWeights;

  constructor(weights: StageWeights) {
    super(0);
    this.#weights = weights;
    // The compiler knows `byteLength` as a field, which an accessor may not override in a class.
    Object.defineProperty(this, 'byteLength', { value: weights.bytes });
  }

  override subarray(begin = 0, end = this.#weights.bytes): Uint8Array<ArrayBuffer> {
    try {
      return this.#weights.read(begin, end) as Uint8Array<ArrayBuffer>;
    } catch (thrown) {
      this.thrown = thrown;
      throw thrown;
    }
  }
}
