/** What steers the next drawing by other pictures, where a person has asked for that; gone with the visit. */
import { signal } from '@preact/signals';
import type {
  ControlPreprocess,
  ControlRequest,
  Failure,
  InitImage,
  IpAdapterRequest,
  MaskImage,
} from '../workers/api';

export interface GivenPicture {
  readonly name: string;
  readonly picture: InitImage;
  /** Of one that an IP-Adapter sees: where it counts, painted; absent where everywhere. */
  readonly mask?: MaskImage;
}

/** What is asked of the engine by controls. */
export type AskedControls = ControlRequest & IpAdapterRequest;

export interface ControlUnit {
  /** Of no other unit of this visit. */
  readonly id: number;
  readonly on: boolean;
  /** Its ControlNet, T2I-adapter or IP-Adapter, by name on the shelf; `null` until one is chosen. */
  readonly model: string | null;
  /** What sees for an IP-Adapter, by name; where it is not here, or of another width, the first that could does. */
  readonly encoder?: string | undefined;
  /** Its picture; of an IP-Adapter as many as one likes. */
  readonly given: readonly GivenPicture[];
  /** What pictures are called that are to be given once more, or '': of one whose settings were taken from a file. */
  readonly wanted: readonly string[];
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
  readonly asked: (controls: Controls) => AskedControls;
  /** As a picture of this visit was steered. */
  readonly again: (request: AskedControls) => Controls;
}

export const controls = signal<Controls | undefined>(undefined);

/** Why the model in use cannot be steered as is set, found before anything is drawn. */
export const controlMisfit = signal<Failure | undefined>(undefined);

export const controlsAsked = (): AskedControls => controls.value?.asked(controls.value) ?? {};
