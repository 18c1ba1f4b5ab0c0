/** The kernels of `workers/kernels`, compiled, as whoever runs them sees them. */

/** What a module of kernels exports; arguments are addresses and counts (kernels/run.ts, pack.ts, dot.ts). */
export interface Kernels {
  run(
    program: number,
    begin: number,
    end: number,
    state: number,
    scratch: number,
    threads: number,
    sliceMilliseconds: number,
  ): void;
  pack(
    from: number,
    taps: number,
    channels: number,
    results: number,
    tap: number,
    begin: number,
    rows: number,
    to: number,
    sums: number,
  ): void;
  /** Sums over `4 · steps` numbers of six rows times eight outputs' weights, 48 int32 (assembly/dot.ts). */
  dotIntegers(
    w: number,
    steps: number,
    out: number,
    ...rows: readonly [number, number, number, number, number, number]
  ): void;
}

/** What int8 weights are multiplied by: `relaxed` bytes, four at a time; `words` sixteen bits, two at a time. */
export type KernelForm = 'relaxed' | 'words';

/** Instantiates a module over `memory`; whole in itself (obeying.ts). */
export const instantiate = (module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels =>
  new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
