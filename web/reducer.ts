/**
 * The page's memory, and the one place where it changes: `reduce(state, message, now)`, pure.
 * What the engine says arrives as `image` and `job-event` messages; the rest is what the person did.
 */
import type {
  BackendName,
  BackendReport,
  Failure,
  Forecast,
  HostReport,
  ImageEvent,
  ImageRequest,
  ImportEvent,
  ModelSummary,
  ReadEvent,
  RemoteModel,
  StorageReport,
  WeightForm,
} from '../workers/api';
import { beginDrawing, type Cut, type Drawing, type Drawn, NOTHING_CUT, reduceImage } from './drawing';
import { beginJob, type Job, type JobKind, type JobOrder, reduceJob, type Toast } from './jobs';
import type { Measured } from './measured';

export interface Problem {
  readonly during: 'draw' | JobKind | 'models';
  readonly failure: Failure;
  readonly backend?: BackendName;
  /** What failed, as it last was. */
  readonly job?: Job;
}

export interface State {
  readonly drawing?: Drawing | undefined;
  readonly jobs: readonly Job[];
  readonly problem?: Problem | undefined;
  readonly toast?: Toast | undefined;
  /** Parts of a LoRA that were left out of the model by this name. */
  readonly ignored?: { readonly name: string; readonly parts: readonly string[] } | undefined;
  /** What was left out of the LoRAs that a picture was last drawn with. */
  readonly leftOut?: readonly string[] | undefined;
  readonly cut: Cut;
  readonly pictures: readonly Drawn[];
  /** Id of the picture on show. */
  readonly shown?: number | undefined;
  readonly models: readonly ModelSummary[];
  readonly modelId?: string | undefined;
  /** What came of reading a model whole in this visit, by id. */
  readonly verdicts: Readonly<Record<string, 'sound' | Failure>>;
  readonly storage?: StorageReport | undefined;
  readonly catalog?: readonly RemoteModel[] | undefined;
  readonly weightForms: readonly WeightForm[];
  readonly forecast?: Forecast | undefined;
  readonly backends: readonly BackendReport[];
  /** What the host beside this page has. */
  readonly host?: HostReport | undefined;
  /** The last picture on each backend in this and earlier visits. */
  readonly measured: Measured;
  /** Measured decoding time in UNet evaluations. 2 until measured: SD 1.5's decoder costs 3.1–3.5 passes, a guided step is two. */
  readonly decodeSteps: number;
}

export type Message =
  | { readonly type: 'draw'; readonly request: ImageRequest; readonly modelName: string; readonly backend: BackendName }
  | { readonly type: 'image'; readonly event: ImageEvent }
  | { readonly type: 'abort' }
  | { readonly type: 'job'; readonly order: JobOrder }
  | { readonly type: 'job-event'; readonly id: number; readonly event: ImportEvent | ReadEvent }
  | { readonly type: 'job-stop'; readonly id: number; readonly how: 'abort' | 'pause' }
  | { readonly type: 'job-gone'; readonly id: number }
  | { readonly type: 'use-model'; readonly id: string | undefined }
  | { readonly type: 'show'; readonly id: number }
  | { readonly type: 'problem'; readonly problem: Problem | undefined }
  | { readonly type: 'toast'; readonly toast: Toast | undefined }
  | { readonly type: 'ignored'; readonly ignored: undefined }
  | ({ readonly type: 'learned' } & Learned);

/** What the engine answered. */
export type Learned = Partial<
  Pick<State, 'models' | 'backends' | 'host' | 'storage' | 'catalog' | 'weightForms'> & {
    forecast: Forecast | undefined;
  }
>;

export const INITIAL: State = {
  ...{
    jobs: [],
    cut: NOTHING_CUT,
    pictures: [],
    models: [],
    verdicts: {},
    weightForms: [],
    backends: [],
    measured: {},
  },
  decodeSteps: 2,
};

/** Said once for each change for the worse. */
function hotter({ host }: State, learned: Learned): Toast | undefined {
  const heat = learned.host?.heat ?? 'none';
  const before = host?.heat ?? 'none';
  return heat === 'none' || heat === before || before === 'stopped' ? undefined : { type: 'hot', heat };
}

export function reduce(state: State, message: Message, now: number): State {
  switch (message.type) {
    case 'draw':
      return { ...state, drawing: beginDrawing(message, now), problem: undefined, cut: NOTHING_CUT };
    case 'image':
      return state.drawing ? reduceImage(state, state.drawing, message.event, now) : state;
    case 'abort':
      return state.drawing ? { ...state, drawing: { ...state.drawing, aborting: true } } : state;
    case 'job':
      return { ...state, jobs: beginJob(state.jobs, message.order, now), problem: undefined };
    case 'job-event': {
      const job = state.jobs.find(({ id }) => id === message.id);
      return job ? reduceJob(state, job, message.event, now) : state;
    }
    case 'job-stop': {
      const { id, how } = message;
      return { ...state, jobs: state.jobs.map((job) => (job.id === id ? { ...job, stopping: how } : job)) };
    }
    case 'job-gone':
      return { ...state, jobs: state.jobs.filter(({ id }) => id !== message.id) };
    case 'use-model':
      return { ...state, modelId: message.id };
    case 'show':
      return { ...state, shown: message.id };
    case 'problem':
      return { ...state, problem: message.problem };
    case 'toast':
      return { ...state, toast: message.toast };
    case 'ignored':
      return { ...state, ignored: message.ignored };
    case 'learned': {
      const { type: _, ...learned } = message;
      const toast = hotter(state, learned);
      return { ...state, ...learned, ...(toast ? { toast } : {}) };
    }
  }
}
