/** A network opened the way its course says: whole, in segments that are streamed, or, of the VAE, tile by tile. */
import { later } from '../models/later';
import type { StageName, StageSize } from '../models/stage';
import type { Backend, Stage } from './backend/backend';
import type { SteeringModel } from './controlModel';
import type { ImagePrompting } from './imagePrompting';
import type { LearnedTokens } from './learnedTokens';
import { type Courses, courseOf, FASTEST } from './memory/course';
import type { Model } from './model';
import { streamedStage } from './streamed';
import { inTiles, tileSize } from './tiles';

/** What a picture is made with. */
export interface Parts {
  readonly model: Model;
  readonly backend: Backend;
  /** By default the fastest. */
  readonly courses?: Courses;
  /** A model whose decoder makes previews, beside the UNet. */
  readonly preview?: Model;
  /** ControlNets and T2I-adapters of the request, in its order, each in the place of a UNet. */
  readonly controls?: readonly SteeringModel[];
  /** IP-Adapters of the request, in its order, and what sees for them. */
  readonly imagePrompts?: ImagePrompting;
  /** Where networks are opened in another way than by their courses. */
  readonly open?: OpenStage;
}

/** Opens `stage` for pictures of `size`; whoever asks closes it. `learned`: of the text encoder, ids beyond its own. */
export type OpenStage = (
  stage: StageName,
  size: StageSize,
  signal: AbortSignal,
  learned?: LearnedTokens,
) => Promise<Stage>;

/** Opens `stage` as `parts` say. Of what is streamed, nothing is read before the first run. */
export async function openStage(
  parts: Parts,
  stage: StageName,
  size: StageSize,
  signal: AbortSignal,
  learned?: LearnedTokens,
): Promise<Stage> {
  if (parts.open) return parts.open(stage, size, signal, learned);
  const { model, backend, courses = FASTEST } = parts;
  const { lean, segments: streamed, tile } = courseOf(stage, courses);
  // What is left of a UNet that is handed its deep features is small, and stays open beside the whole.
  const segments = size.deep?.from === 'given' ? undefined : streamed;
  if (segments) return streamedStage(await model.segments(stage, size, segments, signal), backend, signal, { lean });
  const file = await model.file(stage, { ...tileSize(size, tile), ...(learned ? { embedded: true } : {}) }, signal);
  try {
    if (learned) {
      const { openForLearned } = await later(import('./learnedTokens'));
      return await openForLearned(file, learned, backend, signal, { lean });
    }
    const opened = await backend.open(file, signal, { lean });
    return tile ? inTiles(stage as 'vae_decoder' | 'vae_encoder', opened, tile, signal) : opened;
  } finally {
    file.weights.close();
  }
}
