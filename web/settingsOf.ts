/** The settings that draw what was drawn already. */
import type { ImageRequest, ModelSummary } from '../workers/api';
import { DEFAULT_SETTINGS, SAMPLING, type Settings } from './settings';
import { decodesTiny } from './takenTinyVae';

/** What draws `request`, a single picture's, again with a model of such a size; what it does not say stays. */
export function settingsOf(
  request: Partial<ImageRequest>,
  model: Pick<ModelSummary, 'width' | 'height'>,
): Partial<Settings> {
  const {
    promptStyle = 'plain',
    clipSkip = 0,
    width,
    height,
    seed,
    sigmas = 'model',
    subseedStrength,
    only,
    tinyVae,
  } = request;
  const { guidance: _, memory: __, previews: ___, ...rest } = request;
  const owns = width === model.width && height === model.height;
  const extra = Object.fromEntries(
    Object.entries(rest).filter(([key]) =>
      /^(hires|freeu|cache|tokenMerging|guidanceInterval|guidanceRescale|mimic|perpendicular)/.test(key),
    ),
  );
  const sampling = Object.fromEntries(
    Object.entries(rest).filter(
      ([key, value]) =>
        Object.hasOwn(SAMPLING, key) && value !== undefined && (key !== 'numImages' || only !== undefined),
    ),
  );
  const known = Object.entries(rest).filter(([key]) => Object.hasOwn(DEFAULT_SETTINGS, key));
  return {
    promptStyle,
    longPrompts: promptStyle === 'plain' ? 'cut' : 'chunks',
    clipSkip,
    loras: [],
    ...Object.fromEntries(known),
    sigmas,
    numImages: 1,
    tinyDecoder: decodesTiny(tinyVae),
    ...(seed === undefined ? {} : { keepSeed: true }),
    ...(width && height ? { size: owns ? null : { width, height } } : {}),
    keepSubseed: Boolean(subseedStrength),
    sampling,
    extra,
  };
}
