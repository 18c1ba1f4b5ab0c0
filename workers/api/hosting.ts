/** Part of `api.ts`: what a program beside the page, the app's host (`bridge-android`), can compute for it. Types only. */
import type { BackendReport } from '../api';

/** Ways in which a host computes: on the phone's NPU, or natively on all cores of its CPU. */
export type HostBackendName = 'npu' | 'native-cpu';

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
  /** Of `npu` and of `native-cpu`. */
  readonly backends: readonly BackendReport[];
  readonly models: readonly HostedModel[];
}

/** How the page tells its engine where the host is: at an address on this machine, or behind a port from the app. */
export type HostMessage = { readonly type: 'host' } & (
  | { readonly socket: number; readonly token: string }
  | { readonly channel: unknown }
);
