/** What steers the next drawing by other pictures, where a person has asked for that; gone with the visit. */
import { signal } from '@preact/signals';
import type { ControlPreprocess, ControlRequest, Failure, InitImage } from '../workers/api';

export interface ControlUnit {
  /** Of no other unit of this visit. */
  readonly id: number;
  readonly on: boolean;
  /** Its ControlNet or T2I-adapter, by name on the shelf; `null` until one is chosen. */
  readonly model: string | null;
  readonly given?: { readonly name: string; readonly picture: InitImage } | undefined;
  /** What the picture is called that is to be given once more: of one whose settings were taken from a file. */
  readonly wanted?: string | undefined;
  readonly preprocess: 'none' | ControlPreprocess['type'];
  /** Thresholds of `canny`. */
  readonly low: number;
  readonly high: number;
  readonly weight: number;
  readonly start: number;
  readonly end: number;
}

export interface Controls {
  readonly units: readonly ControlUnit[];
  readonly guess: boolean;
  /** What is asked of the engine, of those that are whole: a part of the page that comes late, as is the next. */
  readonly asked: (controls: Controls) => ControlRequest;
  /** As a picture of this visit was steered. */
  readonly again: (request: ControlRequest) => Controls;
}

export const controls = signal<Controls | undefined>(undefined);

/** Why the model in use cannot be steered as is set, found before anything is drawn. */
export const controlMisfit = signal<Failure | undefined>(undefined);

export const controlsAsked = (): ControlRequest => controls.value?.asked(controls.value) ?? {};
