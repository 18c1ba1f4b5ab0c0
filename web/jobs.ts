/** Work on the shelf: models coming in, being checked, being taken out. Several at once, each with its own end. */
import type { BackendName, Failure, ImportEvent, ReadEvent, RemoteModel, RoundedForm } from '../workers/api';
import { type Sample, sampled } from './pace';
import type { State } from './reducer';

/** `demo`: the built-in model. `picked`: a file or folder. `download`: from an address. The others read a stored model. */
export type JobKind = 'demo' | 'picked' | 'download' | 'verify' | 'export';

/** What a job is begun with. */
export interface JobOrder {
  readonly id: number;
  readonly kind: JobKind;
  /** For people: the file's, the folder's, the model's. */
  readonly name: string;
  /** Of the stored model that is read. */
  readonly modelId?: string;
  /** What is downloaded. */
  readonly remote?: RemoteModel;
}

export interface Job extends JobOrder {
  readonly phase: 'waiting' | 'downloading' | 'retrying' | 'verifying' | 'converting' | 'reading' | 'paused';
  /** Of this phase; `of` is 0 until it is known. */
  readonly bytes: number;
  readonly of: number;
  /** What was done when, in this phase. */
  readonly samples: readonly Sample[];
  /** Milliseconds since the page began. */
  readonly started: number;
  /** When a server that did not deliver is asked again. */
  readonly retryAt?: number;
  /** How its weights are rounded, where that was not asked for. */
  readonly rounded?: RoundedForm;
  /** What it was told to do and has not done yet. */
  readonly stopping?: 'abort' | 'pause' | undefined;
}

/** Said for a while at the foot of the page. */
export type Toast =
  | {
      readonly type: 'ready';
      readonly id: string;
      readonly name: string;
      readonly used: boolean;
      readonly rounded?: RoundedForm;
    }
  | {
      readonly type: 'deleted';
      readonly id: string;
      readonly name: string;
      /** Whether it was the one in use, and whether a key deleted it. */
      readonly used: boolean;
      readonly byKeyboard: boolean;
    }
  /** What computed is gone, and something else goes on. */
  | { readonly type: 'fallen'; readonly from: BackendName; readonly to: BackendName }
  /** The host's device slows it down, or stops it. */
  | { readonly type: 'hot'; readonly heat: 'slowed' | 'stopped' }
  /** LoRAs, or what steers, came in, or did not: each that did not with its reason. */
  | { readonly type: 'loras' | 'controls'; readonly names: readonly string[]; readonly failures: readonly Failure[] }
  | { readonly type: 'sound'; readonly name: string }
  | { readonly type: 'freed'; readonly bytes: number }
  /** A picture's settings are those of the page. `model`: the one that drew it, where that is not the one in use. */
  | {
      readonly type: 'taken';
      readonly name: string;
      readonly model?: string;
      readonly ignored: readonly string[];
      /** It was drawn from another picture, which is not in its file. */
      readonly fromAnother: boolean;
      /** LoRAs that are others here, under the same names. */
      readonly others: readonly string[];
      /** LoRAs that are not kept here. */
      readonly missing: readonly string[];
      /** What steered it: models that are not kept here, those that are others under their names, pictures to be given once more, and those of which it is to be painted once more where they count. */
      readonly controls?: {
        readonly missing: readonly string[];
        readonly others: readonly string[];
        readonly pictures: readonly string[];
        readonly masks: readonly string[];
      };
    };

export const bringsModel = ({ kind }: JobOrder): boolean => kind !== 'verify' && kind !== 'export';

/** Whether it works, or waits for its turn. */
export const isRunning = ({ phase }: Job): boolean => phase !== 'paused';

/** Begun, or begun again in its old place. */
export function beginJob(jobs: readonly Job[], order: JobOrder, now: number): readonly Job[] {
  const known = jobs.find(({ id }) => id === order.id);
  const { bytes, of } = known ?? { bytes: 0, of: 0 };
  const job: Job = { ...order, phase: 'waiting', bytes, of, samples: [], started: now };
  return known ? jobs.map((other) => (other === known ? job : other)) : [...jobs, job];
}

export function reduceJob(state: State, job: Job, event: ImportEvent | ReadEvent, now: number): State {
  const change = (more: Partial<Job>): State => ({ ...state, jobs: replace(state.jobs, job, { ...job, ...more }) });
  const ended: State = { ...state, jobs: replace(state.jobs, job) };
  switch (event.type) {
    case 'downloading':
    case 'verifying':
    case 'converting':
    case 'reading': {
      const { type: phase, bytes, of } = event;
      const samples = sampled(phase === job.phase ? job.samples : [], { at: now, bytes });
      return change({ phase, bytes, of, samples });
    }
    case 'retrying':
      return change({ phase: 'retrying', samples: [], retryAt: now + event.milliseconds });
    case 'restarted':
      return change({ bytes: 0, samples: [] });
    case 'ignored':
      return { ...state, ignored: { name: job.name, parts: event.parts } };
    case 'rounded':
      return change({ rounded: event.weights });
    case 'paused':
      return change({ phase: 'paused', samples: [], stopping: undefined });
    case 'imported': {
      const { model } = event;
      const models = [...state.models.filter(({ id }) => id !== model.id), model];
      // Nobody's model is changed under a drawing.
      const busy = state.drawing && state.models.some(({ id }) => id === state.modelId);
      const { rounded } = job;
      const ready: Toast = {
        type: 'ready',
        id: model.id,
        name: model.name,
        used: !busy,
        ...(rounded ? { rounded } : {}),
      };
      const toast = job.kind === 'demo' ? state.toast : ready;
      return { ...ended, models, modelId: busy ? state.modelId : model.id, verdicts: without(state, model.id), toast };
    }
    case 'verified':
      return judged(ended, job, 'sound');
    case 'exported':
      return ended;
    case 'failed': {
      const { type: _, ...failure } = event;
      if (failure.code === 'aborted') return ended;
      if (job.kind === 'verify' && failure.code === 'corrupt-store') return judged(ended, job, failure);
      return { ...ended, problem: { during: job.kind, failure, job } };
    }
  }
}

function judged(state: State, { modelId, name }: Job, verdict: 'sound' | Failure): State {
  const verdicts = { ...state.verdicts, [modelId!]: verdict };
  return { ...state, verdicts, toast: verdict === 'sound' ? { type: 'sound', name } : state.toast };
}

/** A model that came in again is as it was never read. */
const without = ({ verdicts }: State, id: string): State['verdicts'] =>
  Object.fromEntries(Object.entries(verdicts).filter(([key]) => key !== id));

const replace = (jobs: readonly Job[], job: Job, next?: Job): readonly Job[] =>
  jobs.flatMap((other) => (other !== job ? other : next ? next : []));
