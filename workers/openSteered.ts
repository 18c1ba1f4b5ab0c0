/** What steers a pass, opened: fetched for the first drawing with a ControlNet or a T2I-adapter. */
import { adaptedName } from '../models/graph/unet';
import type { ImageEvent } from './api';
import type { Stage } from './backend/backend';
import { adapterConditions, conditionsOf, maskedConditions } from './conditions';
import { callsOf } from './diffusion/calls';
import { CodedError } from './errors';
import { type Drawing, open } from './networks';
import type { Pass } from './passes';
import { followed } from './pictureFile/preprocessed';
import { pooledStage } from './pooled';
import {
  type Adapted,
  type OpenControl,
  residualShapes,
  type SteerableUnet,
  type SteeredUnet,
  steeredUnet,
} from './steering';
import type { Tensor } from './tensor';
import { guessesBy } from './unlikePasses';

/**
 * What steers a pass, opened beside `unet`, which was opened for `size`; T2I-adapters are run, once, and closed again. What is open is closed with
 * what is returned.
 */
export async function* openSteered(
  drawing: Drawing,
  unet: SteerableUnet,
  { request, size, sampling }: Pick<Pass, 'request' | 'size' | 'sampling'>,
  isPrompt: (hiddenStates: Tensor) => boolean,
): AsyncGenerator<ImageEvent, SteeredUnet> {
  const { parts, signal } = drawing;
  const { controls: chosen = [], controlGuess = false, cacheInterval = 1, cacheBranch: branch = 0 } = request;
  const { controls: models = [], open: _, ...own } = parts;
  const levels = parts.model.description.unet.blockOutChannels.map((_, level) => level);
  const argument = 'controls';
  if (models.length !== chosen.length)
    throw new CodedError('bad-argument', {
      ...{ argument, expected: `${chosen.length} that are open`, got: `${models.length}` },
    });
  for (const [i, { name, start = 0 }] of chosen.entries()) {
    if (models[i]!.kind !== 'adapter' || start === 0) continue;
    const expected = '0, of a T2I-adapter, which counts from the first step on';
    throw new CodedError('bad-argument', { argument: `controls: ${name}: start`, expected, got: `${start}` });
  }
  for (const [i, { name }] of chosen.entries()) {
    if (!models[i]!.masked || request.maskImage) continue;
    const expected = 'a mask, without which it has nothing to draw';
    throw new CodedError('bad-argument', { argument: `controls: ${name}: maskImage`, expected, got: 'none' });
  }
  const guesses = controlGuess || guessesBy(models);
  if (guesses && size.batch > 1) {
    const expected = 'two-calls where a ControlNet steers the passes with the prompt alone';
    throw new CodedError('bad-argument', { argument: 'guidance', expected, got: 'one-call' });
  }
  // Beside what is handed its deep features, what makes the residuals that are left is opened as well.
  const deep = cacheInterval > 1 ? ({ branch, from: 'given' } as const) : undefined;
  const stages: Stage[] = [];
  const controls: OpenControl[] = [];
  const adapted: Adapted[] = [];
  let taken = false;
  try {
    for (const [i, control] of chosen.entries()) {
      const { image, name: _, ...how } = followed(control, request);
      const { kind, inChannels, model, pooled = false, masked = false } = models[i]!;
      if (kind === 'adapter') {
        const alone = { batch: 1, height: size.height, width: size.width };
        const stage = yield* open(drawing, 'unet', alone, undefined, { ...own, model });
        try {
          const made = await stage.run({ conditions: adapterConditions(image, request, inChannels) });
          adapted.push(
            adaptedBy(
              how,
              levels.map((level) => made[adaptedName(level)]!),
              size.batch,
            ),
          );
        } finally {
          await stage.close();
        }
        continue;
      }
      const opened: Stage[] = [];
      for (const of of deep ? [size, { ...size, deep }] : [size]) {
        const stage = yield* open(drawing, 'unet', of, undefined, { ...own, model });
        stages.push(stage);
        opened.push(pooled ? pooledStage(stage) : stage);
      }
      const [stage, outer] = opened as [Stage, Stage?];
      const seen = conditionsOf(image, request, size.batch);
      const conditions = masked ? maskedConditions(seen, request.maskImage!) : seen;
      controls.push({ ...how, stage, ...(outer ? { outer } : {}), pooled, conditions });
    }
    const steering = {
      ...{ controls, adapted, calls: callsOf(sampling.sampler, sampling.schedule) },
      shapes: controls.length > 0 ? residualShapes(parts.model.description.unet, size) : [],
      ...(deep ? { outermost: branch + 1 } : {}),
      ...(guesses ? { guess: isPrompt } : {}),
    };
    taken = true;
    return steeredUnet(unet, steering, signal);
  } finally {
    if (!taken) await Promise.all(stages.map((stage) => stage.close()));
  }
}

function adaptedBy(
  { weight = 1, end = 1 }: Pick<OpenControl, 'weight' | 'start' | 'end'>,
  made: readonly Tensor[],
  batch: number,
): Adapted {
  const features = made.map(({ shape, data }): Tensor => {
    const all = new Float32Array(batch * data.length);
    for (let i = 0; i < all.length; i++) all[i] = weight * data[i % data.length]!;
    return { type: 'float32', shape: [batch, ...shape.slice(1)], data: all };
  });
  return { features, end };
}
