/**
 * The contract between the engine and whoever asks it for pictures: the page, the command, the specs.
 * Types only. Everything here can cross a `postMessage`.
 */
import type { ErrorCode, ErrorDetails } from '../models/errors';
import type { StageName } from '../models/stage';

/** Names as in diffusers, lower case. */
export type SchedulerName = 'pndm' | 'ddim' | 'euler';

/** Which machine computes. */
export type BackendName = 'wasm' | 'webgpu';

/** A picture asked for. Every field is checked; see `checkRequest` for the ranges. */
export interface ImageRequest {
  readonly prompt: string;
  /** What to steer away from; empty by default. */
  readonly negativePrompt: string;
  /** Integer in [0, 2^53). Picture `k` of a batch uses `seed + k`. */
  readonly seed: number;
  /** Denoising steps, integer in [1, 1000]. */
  readonly steps: number;
  /** Classifier-free guidance scale in [0, 100]; at 1 and below there is no unconditional call, as in diffusers. */
  readonly guidanceScale: number;
  /** Pixels, multiples of 8 in [8, 2048]. */
  readonly width: number;
  readonly height: number;
  readonly scheduler: SchedulerName;
  /** Integer in [1, 64]. */
  readonly numImages: number;
  /** `two-calls`: the UNet runs at batch 1, twice a step (least memory). `one-call`: once at batch 2. */
  readonly guidance: 'two-calls' | 'one-call';
}

/** Milliseconds spent, by part of the work. */
export interface Timings {
  readonly textEncoder: number;
  readonly unet: number;
  readonly vaeDecoder: number;
  /** Opening and closing networks. */
  readonly loading: number;
  readonly total: number;
}

/** A finished picture: 8-bit RGB, row by row from the top, `[height, width, 3]`. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
  /** The seed that draws this very picture alone. */
  readonly seed: number;
}

/** An error as data: Comlink and `postMessage` lose the code of a thrown one. */
export interface Failure {
  readonly code: ErrorCode | 'internal';
  /** One line, for logs and terminals; the page words its own from `code` and `details`. */
  readonly message: string;
  readonly details?: ErrorDetails;
}

/** What happens while a picture is drawn, in the order in which it happens. */
export type ImageEvent =
  /** `cut` is the tail that did not fit into 77 tokens, or empty. `tokens` counts start and end. */
  | {
      readonly type: 'prompt';
      readonly which: 'prompt' | 'negativePrompt';
      readonly tokens: number;
      readonly cut: string;
    }
  /** A network is being opened; `bytes` of `of` bytes of weights are in. */
  | { readonly type: 'loading'; readonly stage: StageName; readonly bytes: number; readonly of: number }
  /** UNet evaluation `index` (1-based) of `of` of picture `image` (0-based) is done; PNDM evaluates steps + 1 times. */
  | {
      readonly type: 'step';
      readonly image: number;
      readonly index: number;
      readonly of: number;
      readonly milliseconds: number;
    }
  | { readonly type: 'decoding'; readonly image: number }
  | { readonly type: 'image'; readonly image: number; readonly picture: Picture }
  | { readonly type: 'finished'; readonly timings: Timings }
  | ({ readonly type: 'failed' } & Failure);

/** What the page may know about a model without opening it. */
export interface ModelSummary {
  /** Content hash of the converted model: the same files give the same id. */
  readonly id: string;
  readonly name: string;
  /** Every way it came in: `demo:VERSION` for the embedded one, `folder` and `file` for what was picked. */
  readonly origins: readonly string[];
  /** Bytes in the store. */
  readonly bytes: number;
  /** The size it was trained for, pixels. */
  readonly width: number;
  readonly height: number;
}

/** Progress of bringing a model into the store. */
export type ImportEvent =
  /** Files of the embedded model arrive; `bytes` of `of` bytes are here, counted uncompressed. */
  | { readonly type: 'downloading'; readonly bytes: number; readonly of: number }
  | { readonly type: 'converting'; readonly stage: StageName; readonly bytes: number; readonly of: number }
  | { readonly type: 'imported'; readonly model: ModelSummary }
  | ({ readonly type: 'failed' } & Failure);

/** One way to compute, and why it cannot be used where it cannot. */
export interface BackendReport {
  readonly name: BackendName;
  readonly available: boolean;
  /** A code the page has words for: `no-adapter`, `self-test-failed`, `no-threads`, `software` …; empty where all is well. */
  readonly why: string;
  /** Threads it will use (wasm), 1 elsewhere. */
  readonly threads: number;
}

/** What a job needs of a `MessagePort`; spelled out because the page's, the worker's and Node's types differ. */
export interface Port {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  start(): void;
  close(): void;
}

/** A message from the page on the port of a running job. */
export interface AbortMessage {
  readonly type: 'abort';
}

/**
 * The engine as the page sees it through Comlink. Long work reports over a `MessagePort` handed to it: events arrive
 * as messages, an `AbortMessage` sent back stops it, and after `finished`, `imported` or `failed` nothing follows.
 */
export interface EngineApi {
  /** The name of a Web Lock that this engine holds for as long as it lives; empty where there are no locks. */
  life(): Promise<string>;
  backends(): Promise<BackendReport[]>;
  models(): Promise<ModelSummary[]>;
  /** Opens the embedded demo model, converting it into the store on the first visit. Reports `ImportEvent`s. */
  openDemo(port: Port): void;
  /** `importModel` without options. */
  importFolder(files: readonly PickedFile[], port: Port): void;
  /** Converts what was picked, a diffusers folder or one file, into the store. Reports `ImportEvent`s. */
  importModel(files: readonly PickedFile[], options: ImportOptions, port: Port): void;
  deleteModel(id: string): Promise<void>;
  /** Draws with a stored model. Reports `ImageEvent`s. */
  draw(model: string, backend: BackendName, request: ImageRequest, port: Port): void;
}

/** What goes with a picked model. */
export interface ImportOptions {
  /** What the UNet predicts, where the model does not say or says it wrong. */
  readonly predictionType?: 'epsilon' | 'v_prediction';
  /** Merged into the weights in this order; weight 1 is as it was trained. */
  readonly loras?: readonly { readonly file: PickedFile; readonly weight: number }[];
  /** A VAE to use instead of the model's own. */
  readonly vae?: PickedFile;
}

/** A file with its path below the picked folder (`webkitRelativePath` does not survive every browser's clone). */
export interface PickedFile {
  readonly path: string;
  readonly file: PickedBlob;
}

/** The part of `Blob` that reading by slices needs. */
export interface PickedBlob {
  readonly size: number;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}
