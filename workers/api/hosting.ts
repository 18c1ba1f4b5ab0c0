/** Part of `api.ts`: who computes, the page or a host beside it (`bridge-android`), and what that has. Types only. */

/** What our own kernels multiply here: the machine's own products of bytes, or of words, where it has none that are exact. */
export type KernelNumbers = 'bytes' | 'words';

/** What the page itself computes on. */
export type OwnBackendName = 'wasm' | 'wasm-int8' | 'webgpu';

/** Ways in which a host computes: on the phone's NPU, or natively on all cores of its CPU. */
export type HostBackendName = 'npu' | 'native-cpu';

/** What computes. */
export type BackendName = OwnBackendName | HostBackendName;

/** One way to compute, and why it cannot be used where it cannot. */
export interface BackendReport {
  readonly name: BackendName;
  readonly available: boolean;
  /** A code the page has words for: `no-adapter`, `self-test-failed`, `no-threads`, `no-npu` …; empty where all is well. */
  readonly why: string;
  /** Threads it will use (wasm), 1 elsewhere. */
  readonly threads: number;
}

/** Pictures of a size, pixels, for which the host has a UNet. */
export interface HostedWay {
  readonly backend: HostBackendName;
  readonly width: number;
  readonly height: number;
}

/** A model that the host has. */
export interface HostedModel {
  /** That of the stored model with the same weights where there is one, else `host:` and what the host calls it. */
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  readonly ways: readonly [HostedWay, ...HostedWay[]];
}

export interface HostReport {
  /** How hot the device is: as ever; so that the host computes more slowly; so that it does not compute. */
  readonly heat: 'none' | 'slowed' | 'stopped';
  /** Of `npu` and of `native-cpu`. */
  readonly backends: readonly BackendReport[];
  readonly models: readonly HostedModel[];
}

/** How the page tells its engine where the host is: at an address on this machine, or behind a port to the app, whose frames have that form. */
export type HostMessage = { readonly type: 'host' } & (
  | { readonly socket: number; readonly token: string }
  | { readonly channel: unknown; readonly form: 'bytes' | 'base64' }
);
