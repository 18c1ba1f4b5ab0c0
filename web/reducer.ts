/**
 * The page's memory, and the one place where it changes: `reduce(state, message, now)`, pure.
 * What the engine says arrives as `image` and `model` messages; the rest is what the person did.
 */
import type {
  BackendName,
  BackendReport,
  Failure,
  ImageEvent,
  ImageRequest,
  ImportEvent,
  ModelSummary,
  Picture,
} from '../workers/api';

/** A request on its way to pictures. Times are in milliseconds since the page began. */
export interface Drawing {
  readonly request: ImageRequest;
  readonly modelName: string;
  readonly backend: BackendName;
  readonly phase: 'waiting' | 'loading' | 'steps' | 'decoding';
  /** Picture being drawn, 0-based. */
  readonly image: number;
  /** UNet evaluations done of this picture, and in all of it (0 until the first is done). */
  readonly step: number;
  readonly of: number;
  /** Durations of the latest evaluations, newest last. */
  readonly recent: readonly number[];
  /** When decoding began. */
  readonly decodingSince?: number;
  readonly started: number;
  readonly cut: Cut;
  readonly aborting: boolean;
}

/** What did not fit into 77 tokens. */
export interface Cut {
  readonly prompt: string;
  readonly negativePrompt: string;
}

/** A picture of this session, with what drew it. */
export interface Drawn {
  readonly id: number;
  readonly picture: Picture;
  readonly request: ImageRequest;
  readonly modelName: string;
  readonly backend: BackendName;
  readonly milliseconds: number;
}

export type ImportSource = 'demo' | 'folder';

/** A model being brought into the store. */
export interface Importing {
  readonly source: ImportSource;
  /** Only the demo model is downloaded. */
  readonly phase: 'downloading' | 'converting';
  /** Of this phase. */
  readonly bytes: number;
  readonly of: number;
  readonly started: number;
  readonly aborting: boolean;
}

export interface Problem {
  readonly during: 'draw' | ImportSource | 'models';
  readonly failure: Failure;
  readonly backend?: BackendName;
}

export interface State {
  readonly drawing?: Drawing | undefined;
  readonly importing?: Importing | undefined;
  readonly problem?: Problem | undefined;
  readonly cut: Cut;
  readonly pictures: readonly Drawn[];
  /** Id of the picture on show. */
  readonly shown?: number | undefined;
  readonly models: readonly ModelSummary[];
  readonly modelId?: string | undefined;
  readonly backends: readonly BackendReport[];
  /** Measured decoding time in UNet evaluations. 2 until measured: SD 1.5's decoder costs 3.1–3.5 passes, a guided step is two. */
  readonly decodeSteps: number;
}

export type Message =
  | { readonly type: 'draw'; readonly request: ImageRequest; readonly modelName: string; readonly backend: BackendName }
  | { readonly type: 'image'; readonly event: ImageEvent }
  | { readonly type: 'import'; readonly source: ImportSource }
  | { readonly type: 'model'; readonly event: ImportEvent }
  | { readonly type: 'models'; readonly models: readonly ModelSummary[] }
  | { readonly type: 'use-model'; readonly id: string | undefined }
  | { readonly type: 'backends'; readonly backends: readonly BackendReport[] }
  | { readonly type: 'abort'; readonly job: 'drawing' | 'importing' }
  | { readonly type: 'show'; readonly id: number }
  | { readonly type: 'problem'; readonly problem: Problem }
  | { readonly type: 'dismiss' };

const NOTHING_CUT: Cut = { prompt: '', negativePrompt: '' };

export const INITIAL: State = { cut: NOTHING_CUT, pictures: [], models: [], backends: [], decodeSteps: 2 };

/** How many step times the estimate of the time left looks back on. */
const RECENT = 8;

export function reduce(state: State, message: Message, now: number): State {
  switch (message.type) {
    case 'draw': {
      const { request, modelName, backend } = message;
      const drawing: Drawing = {
        ...{ request, modelName, backend, phase: 'waiting', image: 0, step: 0, of: 0 },
        ...{ recent: [], started: now, cut: NOTHING_CUT, aborting: false },
      };
      return { ...state, drawing, problem: undefined, cut: NOTHING_CUT };
    }
    case 'image':
      return state.drawing ? reduceImage(state, state.drawing, message.event, now) : state;
    case 'import': {
      const { source } = message;
      const phase = source === 'demo' ? 'downloading' : 'converting';
      const importing = { source, phase, bytes: 0, of: 0, started: now, aborting: false } as const;
      return { ...state, importing, problem: undefined };
    }
    case 'model':
      return state.importing ? reduceImport(state, state.importing, message.event) : state;
    case 'models':
      return { ...state, models: message.models };
    case 'use-model':
      return { ...state, modelId: message.id };
    case 'backends':
      return { ...state, backends: message.backends };
    case 'abort': {
      const job = state[message.job];
      return job ? { ...state, [message.job]: { ...job, aborting: true } } : state;
    }
    case 'show':
      return { ...state, shown: message.id };
    case 'problem':
      return { ...state, problem: message.problem };
    case 'dismiss':
      return { ...state, problem: undefined };
  }
}

function reduceImage(state: State, drawing: Drawing, event: ImageEvent, now: number): State {
  const change = (more: Partial<Drawing>): State => ({ ...state, drawing: { ...drawing, ...more } });
  switch (event.type) {
    case 'prompt': {
      const cut = { ...drawing.cut, [event.which]: event.cut };
      return { ...state, cut, drawing: { ...drawing, cut } };
    }
    case 'loading':
      return change({ phase: drawing.step > 0 && event.stage === 'vae_decoder' ? 'decoding' : 'loading' });
    case 'step': {
      const recent = [...drawing.recent, event.milliseconds].slice(-RECENT);
      return change({ phase: 'steps', image: event.image, step: event.index, of: event.of, recent });
    }
    case 'decoding':
      return change({ phase: 'decoding', image: event.image, decodingSince: now });
    case 'image': {
      const drawn = asDrawn(state, drawing, event.picture, now);
      const next = { ...drawing, phase: 'steps', image: event.image + 1, step: 0 } as const;
      const decodeSteps = measuredDecode(drawing, now) ?? state.decodeSteps;
      return { ...state, drawing: next, decodeSteps, pictures: [...state.pictures, drawn], shown: drawn.id };
    }
    case 'finished':
      return { ...state, drawing: undefined };
    case 'failed': {
      // A cancel that arrived is no problem to report.
      const { type: _, ...failure } = event;
      const problem: Problem = { during: 'draw', failure, backend: drawing.backend };
      return { ...state, drawing: undefined, problem: event.code === 'aborted' ? undefined : problem };
    }
  }
}

function asDrawn(state: State, drawing: Drawing, picture: Picture, now: number): Drawn {
  const { request, modelName, backend } = drawing;
  return {
    id: (state.pictures.at(-1)?.id ?? 0) + 1,
    picture,
    request,
    modelName,
    backend,
    milliseconds: now - drawing.started,
  };
}

function measuredDecode(drawing: Drawing, now: number): number | undefined {
  const step = median(drawing.recent);
  return drawing.decodingSince === undefined || step === 0 ? undefined : (now - drawing.decodingSince) / step;
}

function reduceImport(state: State, importing: Importing, event: ImportEvent): State {
  switch (event.type) {
    case 'downloading':
    case 'converting':
      return { ...state, importing: { ...importing, phase: event.type, bytes: event.bytes, of: event.of } };
    case 'retrying':
    case 'restarted':
    case 'verifying':
      return state;
    case 'paused':
      return { ...state, importing: undefined };
    case 'imported': {
      const models = [...state.models.filter(({ id }) => id !== event.model.id), event.model];
      return { ...state, importing: undefined, models, modelId: event.model.id };
    }
    case 'failed': {
      const { type: _, ...failure } = event;
      const problem: Problem = { during: importing.source, failure };
      return { ...state, importing: undefined, problem: event.code === 'aborted' ? undefined : problem };
    }
  }
}

/** The middle value; 0 of nothing. One slow step (a tab in the background) does not move it. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return 0;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
