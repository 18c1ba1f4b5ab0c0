/** What calibration needs of whoever computes: networks that are opened, run and closed, and a place for what it puts aside. */
import type { MatMul } from '../matrix/matMul';

export type NetworkTensor =
  | { readonly type: 'float32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly type: 'int32'; readonly shape: readonly number[]; readonly data: Int32Array };

export type NetworkTensors = Readonly<Record<string, NetworkTensor>>;

export interface OpenedNetwork {
  run(inputs: NetworkTensors): Promise<NetworkTensors>;
  close(): Promise<void>;
}

export interface Engine {
  /** A graph over `bytes` of `weights`, which are read once. Who opens it closes it. */
  open(graph: Uint8Array, weights: AsyncIterable<Uint8Array>, bytes: number): Promise<OpenedNetwork>;
  readonly matMul: MatMul;
}

/** Values that wait for a later part of a network: too many, at full size, for memory. */
export interface Spool {
  put(sample: number, name: string, value: NetworkTensor): Promise<void>;
  /** Rejects with `corrupt-store` where it is not there, or not whole. */
  get(sample: number, name: string): Promise<NetworkTensor>;
  drop(sample: number, name: string): Promise<void>;
}

/** In memory; `held` says how many values wait. */
export function memorySpool(): Spool & { held(): number } {
  const values = new Map<string, NetworkTensor>();
  const key = (sample: number, name: string): string => `${sample}/${name}`;
  return {
    held: () => values.size,
    put: async (sample, name, value) => void values.set(key(sample, name), value),
    get: async (sample, name) => values.get(key(sample, name))!,
    drop: async (sample, name) => void values.delete(key(sample, name)),
  };
}
