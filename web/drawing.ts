/** A request on its way to pictures, and how the page's memory follows the engine's events about it. */
import type { BackendName, ImageEvent, ImageRequest, InitImage, KernelNumbers, Picture } from '../workers/api';
import type { Toast } from './jobs';
import { withMeasured } from './measured';
import type { Problem, State } from './reducer';

/** Times are in milliseconds since the page began. */
export interface Drawing {
  readonly request: ImageRequest;
  readonly modelName: string;
  readonly backend: BackendName;
  readonly phase: 'waiting' | 'loading' | 'steps' | 'decoding';
  /** Picture being drawn, 0-based. */
  readonly image: number;
  /** Steps done of this picture, and in all of it (0 until the first is done). */
  readonly step: number;
  readonly of: number;
  /** How it stands, where that is shown. */
  readonly preview?: InitImage | undefined;
  /** The same in steps of the first pass, where they do not all take the same time. */
  readonly work?: { readonly done: number; readonly of: number } | undefined;
  /** Durations of the latest steps, newest last, of such. */
  readonly recent: readonly number[];
  /** What the first of two passes has drawn. */
  readonly between?: Picture | undefined;
  /** When decoding began. */
  readonly decodingSince?: number;
  readonly started: number;
  readonly cut: Cut;
  readonly aborting: boolean;
  /** Of the LoRAs that it is drawn with, by name. */
  readonly loraHashes?: Readonly<Record<string, string>>;
  /** Part of it was not computed by `backend`. */
  readonly fell?: boolean;
}

/** What did not fit into 77 tokens, and whether what did is read otherwise than it seems to be meant. */
export interface Cut {
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly styled?: true;
}

export const NOTHING_CUT: Cut = { prompt: '', negativePrompt: '' };

/** A picture of this session, with what drew it. */
export interface Drawn {
  readonly id: number;
  readonly picture: Picture;
  /** Its place in its batch. */
  readonly image: number;
  readonly request: ImageRequest;
  readonly modelName: string;
  /** How the model's weights are held, where that is known. */
  readonly weights?: string;
  readonly backend: BackendName;
  readonly numbers?: KernelNumbers;
  /** Of the LoRAs that drew it, by name. */
  readonly loraHashes?: Readonly<Record<string, string>>;
  readonly milliseconds: number;
}

/** How many step times the estimate of the time left looks back on. */
const RECENT = 8;

export const beginDrawing = (
  { request, modelName, backend }: Pick<Drawing, 'request' | 'modelName' | 'backend'>,
  now: number,
): Drawing => ({
  ...{ request, modelName, backend, phase: 'waiting', image: 0, step: 0, of: 0 },
  ...{ recent: [], started: now, cut: NOTHING_CUT, aborting: false },
});

export function reduceImage(state: State, drawing: Drawing, event: ImageEvent, now: number): State {
  const change = (more: Partial<Drawing>): State => ({ ...state, drawing: { ...drawing, ...more } });
  switch (event.type) {
    case 'prompt': {
      const cut = { ...drawing.cut, [event.which]: event.cut, ...(event.styled ? { styled: event.styled } : {}) };
      return { ...state, cut, drawing: { ...drawing, cut } };
    }
    case 'loading':
      return change({ phase: drawing.step > 0 && event.stage === 'vae_decoder' ? 'decoding' : 'loading' });
    case 'step': {
      const { image, index: step, of, work } = event;
      const recent = [...drawing.recent, event.milliseconds / (work?.step ?? 1)].slice(-RECENT);
      const preview = event.preview ?? drawing.preview;
      return change({ phase: 'steps', image, step, of, work, recent, preview });
    }
    case 'loras': {
      const { hashes, ignored: parts } = event;
      const next = change({ loraHashes: hashes });
      // Said once, not with every picture.
      if (`${parts}` === `${state.leftOut ?? []}`) return next;
      return { ...next, leftOut: parts, ...(parts.length > 0 && { ignored: { name: drawing.modelName, parts } }) };
    }
    case 'encoding':
      return change({ phase: 'loading' });
    case 'between':
      return change({ between: event.picture });
    case 'decoding':
      return change({ phase: 'decoding', image: event.image, decodingSince: now });
    case 'image': {
      const drawn = asDrawn(state, drawing, event, now);
      const next = {
        ...drawing,
        phase: 'steps',
        image: event.image + 1,
        step: 0,
        work: undefined,
        between: undefined,
        preview: undefined,
      } as const;
      const decodeSteps = measuredDecode(drawing, now) ?? state.decodeSteps;
      // The first alone has the time of loading in it, and no other picture's.
      const measured = drawing.fell || event.image > 0 ? state.measured : withMeasured(state.measured, drawn);
      const pictures = [...state.pictures, drawn];
      return { ...state, drawing: next, decodeSteps, measured, pictures, shown: drawn.id };
    }
    case 'fallen': {
      const next = { ...drawing, fell: true, ...(event.stage === 'unet' && { backend: event.to, recent: [] }) };
      // What the host never offered is no news.
      const toast: Toast = { type: 'fallen', from: event.from, to: event.to };
      return { ...state, drawing: next, ...(event.code !== 'backend-unavailable' && { toast }) };
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

type DrawnEvent = Extract<ImageEvent, { type: 'image' }>;

function asDrawn(state: State, drawing: Drawing, { image, picture, numbers }: DrawnEvent, now: number): Drawn {
  const { request, modelName, backend, loraHashes } = drawing;
  const weights = state.models.find(({ id }) => id === state.modelId)?.weights;
  return {
    id: (state.pictures.at(-1)?.id ?? 0) + 1,
    picture,
    image,
    request,
    modelName,
    ...(weights ? { weights } : {}),
    backend,
    ...(numbers ? { numbers } : {}),
    ...(loraHashes ? { loraHashes } : {}),
    milliseconds: now - drawing.started,
  };
}

function measuredDecode(drawing: Drawing, now: number): number | undefined {
  const step = median(drawing.recent);
  return drawing.decodingSince === undefined || step === 0 ? undefined : (now - drawing.decodingSince) / step;
}

/** The middle value; 0 of nothing. One slow step (a tab in the background) does not move it. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return 0;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
