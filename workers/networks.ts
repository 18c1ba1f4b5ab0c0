/** One drawing: what its parts share, and how each network of it is opened and closed, with what is told of that. */
import { later } from '../models/later';
import type { DeepFeatures, StageName, StageSize } from '../models/stage';
import { untilMessagesAreRead } from '../models/turn';
import type { ImageEvent, ImageRequest } from './api';
import type { Stage } from './backend/backend';
import type { CachingUnet } from './deepCache';
import type { LearnedTokens } from './learnedTokens';
import type { Model } from './model';
import { openStage, type Parts } from './openStage';
import { Stopwatch } from './stopwatch';

/** Length of the embedding of guidance, of models that are told its scale. */
export const toldIn = ({ description: { unet } }: Model): number | undefined => unet.timeCondProjDim;

/** What the parts of one drawing share. */
export class Drawing {
  readonly watch = new Stopwatch();
  readonly heapBytes: Partial<Record<StageName, number>> = {};
  readonly request: ImageRequest;

  constructor(
    readonly asked: ImageRequest,
    readonly parts: Parts,
    readonly signal: AbortSignal,
  ) {
    // A model that is told the scale of guidance (LCM) guides itself, in one pass.
    this.request = toldIn(parts.model) ? { ...asked, guidanceScale: 1 } : asked;
  }
}

/** Opens a network, telling how far along it is. The caller closes it. */
export async function* open(
  drawing: Drawing,
  stage: StageName,
  size: StageSize,
  learned?: LearnedTokens,
  parts: Parts = drawing.parts,
): AsyncGenerator<ImageEvent, Stage> {
  const { signal, watch } = drawing;
  const of = parts.model.bytes(stage);
  await untilMessagesAreRead();
  signal.throwIfAborted();
  yield { type: 'loading', stage, bytes: 0, of };
  const opened = await watch.time('loading', openStage(parts, stage, size, signal, learned));
  return yield* handOver(opened, stage, of);
}

/** Tells that `stage` is open. A caller who walks away at that is not handed it, so it is closed here. */
async function* handOver(opened: Stage, stage: StageName, of: number): AsyncGenerator<ImageEvent, Stage> {
  let taken = false;
  try {
    yield { type: 'loading', stage, bytes: of, of };
    taken = true;
    return opened;
  } finally {
    if (!taken) await opened.close();
  }
}

export function close(drawing: Drawing, name: StageName, stage: Stage): Promise<void> {
  drawing.heapBytes[name] = drawing.parts.backend.heapBytes();
  return stage.close();
}

export interface Cut {
  readonly branch: number;
  readonly interval: number;
  /** What becomes of either part, opened for its size, before it is called. */
  readonly shown?: (unet: Stage, size: StageSize) => Stage;
}

/** The UNet, and beside it the part of it that is handed deep features, as one that keeps them. The caller closes it. */
export async function* openCut(
  drawing: Drawing,
  size: StageSize,
  { branch, interval, shown = (unet) => unet }: Cut,
): AsyncGenerator<ImageEvent, CachingUnet> {
  const cut = (from: DeepFeatures['from']): StageSize => ({ ...size, deep: { branch, from } });
  const whole = yield* open(drawing, 'unet', cut('made'));
  let taken = false;
  try {
    const [{ cachingUnet }, { takingIn }] = await later(Promise.all([import('./deepCache'), import('./takenIn')]));
    const { unet: config } = drawing.parts.model.description;
    const outer = takingIn(yield* open(drawing, 'unet', cut('given')), config, cut('given'));
    taken = true;
    const both = { whole: shown(whole, cut('made')), shallow: shown(outer, cut('given')) };
    return cachingUnet(both, interval, drawing.signal);
  } finally {
    if (!taken) await whole.close();
  }
}
