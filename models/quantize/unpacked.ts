/** Packed weights as they were before they were packed; apart from what packs them, which is wanted far more often. */
type Elements = Int8Array | Uint16Array | Uint32Array | Float32Array;

/** Rows from `first` on, as many as `rows` holds, of what `transposeRows` put into `from`. */
export function rowsTransposed<Some extends Elements>(
  from: Some,
  rows: Some,
  first: number,
  count: number,
  parts: number,
): void {
  const length = from.length / count;
  const channels = length / parts;
  for (let channel = 0, column = 0; channel < channels; channel++) {
    for (let part = 0; part < parts; part++, column++) {
      let at = (part * channels + channel) * count + first;
      for (let i = column; i < rows.length; i += length) rows[i] = from[at++]!;
    }
  }
}

/** `values.length` numbers from the bytes of `from`, from `at` on, as `nibbles` put them there. */
export function fromNibbles(from: Uint8Array, at: number, values: Int8Array): void {
  for (let i = 0; i < values.length; i += 2) {
    const byte = from[at + i / 2]!;
    values[i] = (byte & 15) - 8;
    values[i + 1] = (byte >> 4) - 8;
  }
}
