/** A tensor as it crosses between the pipeline and a backend: plain data, row-major, no library's class. */

export type Tensor =
  | { readonly type: 'float32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly type: 'int32'; readonly shape: readonly number[]; readonly data: Int32Array };

/** Named inputs or outputs of a network. */
export type Tensors = Readonly<Record<string, Tensor>>;
