/**
 * The contract between the engine and whoever asks it for pictures: the page, the command, the specs.
 * Types only. Everything here can cross a `postMessage`.
 */
import type { ErrorCode, ErrorDetails } from '../models/errors';
import type { WeightForm as StoredForm } from '../models/quantize/weightForm';
import type { StageName } from '../models/stage';
import type { ChosenControl, ControlRequest, ControlShelfApi } from './api/control';
import type { Forecast } from './api/forecast';
import type { FreeURequest } from './api/freeu';
import type { GuidanceRequest } from './api/guidance';
import type { HiresRequest } from './api/hires';
import type { BackendName, BackendReport, HostBackendName, HostReport, KernelNumbers } from './api/hosting';
import type { FromImageRequest, InitImage } from './api/images';
import type { ImportOptions, License, PickedFile, RemoteModel, RoundedForm, WeightForm } from './api/importing';
import type { InpaintRequest } from './api/inpaint';
import type { CountedIpAdapter, IpAdapterRequest } from './api/ipAdapters';
import type { LoraRequest, LoraShelfApi } from './api/loras';
import type { Port } from './api/ports';
import type { SamplingRequest } from './api/sampling';
import type { SavingRequest } from './api/saving';
import type { StorageReport } from './api/storage';
import type { TextRequest } from './api/text';
import type { TinyVaeRequest } from './api/tinyVae';

export type * from './api/control';
export type * from './api/forecast';
export type * from './api/freeu';
export type * from './api/guidance';
export type * from './api/hires';
export type * from './api/hosting';
export type * from './api/images';
export type * from './api/importing';
export type * from './api/inpaint';
export type * from './api/ipAdapters';
export type * from './api/loras';
export type * from './api/ports';
export type * from './api/sampling';
export type * from './api/saving';
export type * from './api/storage';
export type * from './api/text';
export type * from './api/tinyVae';

/** A picture asked for. Every field is checked; see `checkRequest` for the ranges. */
export interface ImageRequest
  extends SamplingRequest,
    TextRequest,
    GuidanceRequest,
    SavingRequest,
    FromImageRequest,
    LoraRequest,
    HiresRequest,
    InpaintRequest,
    FreeURequest,
    ControlRequest,
    IpAdapterRequest,
    TinyVaeRequest {
  /** Classifier-free guidance scale in [0, 100]; at 1 and below there is no unconditional call, as in diffusers. */
  readonly guidanceScale: number;
  /** Pixels, multiples of 8 in [8, 2048]; of two passes those of the first. */
  readonly width: number;
  readonly height: number;
  /**
   * `two-calls`: the UNet runs at batch 1, twice a step (least memory). `one-call`: once at batch 2. `auto`: one call where
   * that is faster and there is room, else two.
   */
  readonly guidance: 'auto' | 'two-calls' | 'one-call';
  /**
   * How much memory it may take: `auto` is the fastest way there is room for, `normal` the same without streaming the
   * UNet's weights, `low` streams them whatever the device has, and decodes large pictures in tiles. `wasm-int8` never streams:
   * with `low` it takes two calls a step, and tiles that take no more than the UNet.
   */
  readonly memory: 'auto' | 'normal' | 'low';
}

/** Milliseconds spent, by part of the work. */
export interface Timings {
  readonly textEncoder: number;
  readonly unet: number;
  readonly vaeDecoder: number;
  /** Of drawings that begin from a picture. */
  readonly vaeEncoder?: number;
  /** Of those with IP-Adapters, what they see included. */
  readonly imageEncoder?: number;
  /** Opening and closing networks. */
  readonly loading: number;
  readonly total: number;
}

/** A finished picture: 8-bit RGB, row by row from the top, `[height, width, 3]`. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
  /** The seed that draws this very picture alone; with `comfy`, where a batch has one, together with `only`. */
  readonly seed: number;
  /** The variation's, where there is one. */
  readonly subseed?: number;
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
  /**
   * `cut` is the tail that did not fit into 77 tokens, or empty. `tokens` counts start and end, of each chunk. `styled`: it is
   * read literally, and looks as if it were written in the style `a1111`.
   */
  | {
      readonly type: 'prompt';
      readonly which: 'prompt' | 'negativePrompt';
      readonly tokens: number;
      readonly cut: string;
      readonly styled?: true;
    }
  /** A network is being opened; `bytes` of `of` bytes of weights are in. */
  | { readonly type: 'loading'; readonly stage: StageName; readonly bytes: number; readonly of: number }
  /** Step `index` (1-based) of `of`, those asked for or what `strength` leaves of them, of picture `image` (0-based), is done: after one evaluation of the network, or two. */
  | {
      readonly type: 'step';
      readonly image: number;
      readonly index: number;
      readonly of: number;
      readonly milliseconds: number;
      /** Where not all steps of a picture take the same time: counted in those of the first pass, this one, what is done, and all. */
      readonly work?: { readonly step: number; readonly done: number; readonly of: number };
      /** How the picture stands, at most 256 pixels a side, of about its shape. */
      readonly preview?: InitImage;
    }
  /** Before the first step where the page draws with LoRAs: their hashes by name, and their parts that no layer answers to, which are left out. */
  | {
      readonly type: 'loras';
      readonly hashes: Readonly<Record<string, string>>;
      readonly ignored: readonly string[];
    }
  /** The first of two passes of picture `image`, where it is decoded on the way to the second. */
  | { readonly type: 'between'; readonly image: number; readonly picture: Picture }
  /** The picture to begin from is read, or pictures to draw like. */
  | { readonly type: 'encoding' }
  | { readonly type: 'decoding'; readonly image: number }
  /** What was to compute `stage` cannot any more, or could not; `to` goes on with it. */
  | ({
      readonly type: 'fallen';
      readonly stage: StageName;
      readonly from: HostBackendName;
      readonly to: BackendName;
    } & Failure)
  /** `numbers`: of our own kernels, whose pictures by one are only nearly those by the other. */
  | { readonly type: 'image'; readonly image: number; readonly picture: Picture; readonly numbers?: KernelNumbers }
  /** `heapBytes`: how large the WebAssembly heap was after each stage of the last picture. It never shrinks. */
  | {
      readonly type: 'finished';
      readonly timings: Timings;
      readonly heapBytes: Readonly<Partial<Record<StageName, number>>>;
    }
  | ({ readonly type: 'failed' } & Failure);

/** What the page may know about a model without opening it. */
export interface ModelSummary {
  /** Content hash of the converted model: the same files give the same id. */
  readonly id: string;
  readonly name: string;
  /** Every way it came in: `demo:FORM:VERSION` for the embedded one, `folder` and `file` for what was picked. */
  readonly origins: readonly string[];
  /** Bytes in the store. */
  readonly bytes: number;
  /** The size it was trained for, pixels. */
  readonly width: number;
  readonly height: number;
  /** How its weights are held; absent where that was never written down. */
  readonly weights?: StoredForm;
  /** Under what terms it may be used, where the way it came in said so. */
  readonly license?: License;
  /** Where it came from, and what was merged into it: an address, or names of files. */
  readonly source?: string;
}

/** Progress of bringing a model into the store. */
export type ImportEvent =
  /**
   * Files arrive; `bytes` of `of` bytes are here, counted uncompressed. `of` is 0 where the server does not say.
   * `bytesPerSecond`, over the last five, is told of downloads by URL.
   */
  | { readonly type: 'downloading'; readonly bytes: number; readonly of: number; readonly bytesPerSecond?: number }
  /** A server did not deliver (`got`); the next is asked in so many milliseconds. What is here stays. */
  | { readonly type: 'retrying'; readonly url: string; readonly got: string; readonly milliseconds: number }
  /** What was here is of no use for what the server now has (`got`): the download begins anew. */
  | { readonly type: 'restarted'; readonly url: string; readonly got: string }
  /** What was downloaded is checked against its hash. */
  | { readonly type: 'verifying'; readonly bytes: number; readonly of: number }
  /** Parts of the LoRAs that no layer of the model answers to, as `file: name`: they are left out. */
  | { readonly type: 'ignored'; readonly parts: readonly string[] }
  /** Nobody said how weights are held, and the checkpoint's own numbers do not fit this device: they are rounded. */
  | { readonly type: 'rounded'; readonly weights: RoundedForm }
  | { readonly type: 'converting'; readonly stage: StageName; readonly bytes: number; readonly of: number }
  | { readonly type: 'imported'; readonly model: ModelSummary }
  /** A download was paused: what is here stays, and the same download goes on from there. */
  | { readonly type: 'paused' }
  | ({ readonly type: 'failed' } & Failure);

/** Progress of reading a stored model whole: to check it, or to take it out. */
export type ReadEvent =
  | { readonly type: 'reading'; readonly bytes: number; readonly of: number }
  /** Every byte is as it was written. Where one is not, the last event is `failed` with `corrupt-store`. */
  | { readonly type: 'verified' }
  /** All of the model as one file, read from the store as it is read: the model must stay until then. */
  | { readonly type: 'exported'; readonly name: string; readonly file: Blob }
  | ({ readonly type: 'failed' } & Failure);

/**
 * The engine as the page sees it through Comlink. Long work reports over a `MessagePort` handed to it: events arrive
 * as messages, an `AbortMessage` sent back stops it, and after `finished`, `imported`, `paused`, `verified`, `exported`
 * or `failed` nothing follows. A question that fails rejects with a `Failure`.
 */
export interface EngineApi extends LoraShelfApi, ControlShelfApi {
  /** The name of a Web Lock that this engine holds for as long as it lives; empty where there are no locks. */
  life(): Promise<string>;
  /** Those of the page itself. */
  backends(): Promise<BackendReport[]>;
  /** What the host beside this page has, once the page has told where it is. Rejects with `host-lost`, `host-silent`, `bad-host`. */
  host(): Promise<HostReport | undefined>;
  models(): Promise<ModelSummary[]>;
  /** Opens the embedded demo model, converting it into the store on the first visit. Reports `ImportEvent`s. */
  openDemo(port: Port): void;
  /** Converts what was picked, a diffusers folder or one file, into the store. Reports `ImportEvent`s. */
  importModel(files: readonly PickedFile[], options: ImportOptions, port: Port): void;
  /**
   * Fetches a model, going on where an earlier try stopped, and converts it. Reports `ImportEvent`s. A `PauseMessage`
   * or the end of the tab keeps what is here, an `AbortMessage` gives it up. Without options it goes on with those that
   * it was begun with.
   */
  download(model: RemoteModel, options: ImportOptions, port: Port): void;
  /** What the engine's own catalog offers, or the one at `url`. Rejects with `download-failed` or `bad-catalog`. */
  catalog(url?: string): Promise<readonly RemoteModel[]>;
  /** Forms a model can be converted to here, the automatic choice first. */
  weightForms(): Promise<readonly WeightForm[]>;
  /** Reads every byte of a stored model again. Reports `ReadEvent`s. */
  verify(id: string, port: Port): void;
  /** All of a stored model as one file that `importModel` opens. Reports `ReadEvent`s. */
  exportModel(id: string, port: Port): void;
  /** Gives a model's space back, at once or when nobody draws with it any more. */
  deleteModel(id: string): Promise<void>;
  /** Hides a model; for ten minutes at least it can be had back. */
  discardModel(id: string): Promise<void>;
  /** Gives a model another name, of 1 to 200 characters. Rejects with `bad-argument`. */
  renameModel(id: string, name: string): Promise<ModelSummary>;
  /** Rejects with `bad-argument` where it is gone for good. */
  restoreModel(id: string): Promise<ModelSummary>;
  storage(): Promise<StorageReport>;
  /** Gives up everything that `storage` calls freeable, or the one thing of it with this key. */
  freeUp(key?: string): Promise<void>;
  /**
   * What drawing such a picture would need; `undefined` where nobody can say yet. Rejects as `draw` fails where a control model, an
   * IP-Adapter or its image encoder is not here or does not fit.
   */
  forecast(
    model: string,
    backend: BackendName,
    /** `initImage`: there where it begins from a picture. */
    asked: Pick<ImageRequest, 'width' | 'height' | 'memory' | 'tinyVae' | 'previews'> &
      HiresRequest & {
        readonly initImage?: unknown;
        readonly controls?: readonly Pick<ChosenControl, 'name'>[];
        readonly ipAdapters?: readonly CountedIpAdapter[];
      },
  ): Promise<Forecast | undefined>;
  /** Draws with a stored model. Reports `ImageEvent`s. */
  draw(model: string, backend: BackendName, request: ImageRequest, port: Port): void;
}
