/**
 * A quantized model beside its reference, picture by picture: the same calls of the UNet answered by both, then the same
 * prompt and seed drawn by each for itself. What the reference drew is kept for the next model; what was found in a picture is
 * kept for the next run.
 */

import { VAE_FACTOR } from '../../../models/graph/vae';
import {
  type CallRecord,
  compareCalls,
  comparePictures,
  type PictureRecord,
  type PictureTask,
} from '../../../models/quantize/evaluate/pictureRecord';
import { untilMessagesAreRead } from '../../../models/turn';
import type { Picture } from '../../api';
import type { Stage } from '../../backend/backend';
import type { Parts } from '../../openStage';
import { DEFAULTS } from '../../request';
import type { Tensor } from '../../tensor';
import { type DrawingOptions, type StepCalls, type Trajectory, trajectoryOf } from './drawing';

/** A place for things by their picture. */
export interface Shelf<Item> {
  /** `undefined` where it was not put yet. */
  get(task: PictureTask): Promise<Item | undefined>;
  put(task: PictureTask, item: Item): Promise<void>;
}

/** What was found in a picture, and what the quantized model drew. */
export interface Compared {
  readonly record: PictureRecord;
  readonly picture: Picture;
}

export interface Comparison {
  readonly tasks: readonly PictureTask[];
  readonly drawing: DrawingOptions;
  /** Steps of each picture whose calls are compared, evenly apart; all where there are fewer. */
  readonly comparedSteps: number;
  readonly reference: Parts;
  readonly quantized: Parts;
  readonly drawn: Shelf<Trajectory>;
  readonly found: Shelf<Compared>;
}

type Doing = 'reference' | 'noise' | 'picture';

/** `doing` the picture `index` of `of`, `done` of all work so far, 0 to 1. */
export type Progress = (told: {
  readonly doing: Doing;
  readonly index: number;
  readonly of: number;
  readonly done: number;
}) => void;

/** Compares all pictures that were not compared before; resolves to what was found in each. */
export async function compared(
  { tasks, drawing, comparedSteps, reference, quantized, drawn, found }: Comparison,
  signal: AbortSignal,
  progress: Progress = () => undefined,
): Promise<PictureRecord[]> {
  const records: PictureRecord[] = [];
  for (const [index, task] of tasks.entries()) {
    const known = await found.get(task);
    if (known) {
      records.push(known.record);
      continue;
    }
    const before = await drawn.get(task);
    const costs = { reference: before ? 0 : drawing.steps, noise: comparedSteps, picture: drawing.steps };
    const tell = teller(costs, (doing, share) =>
      progress({ doing, index, of: tasks.length, done: (index + share) / tasks.length }),
    );
    const expected = before ?? (await trajectoryOf(task, drawing, reference, signal, tell('reference')));
    if (!before) await drawn.put(task, expected);
    const steps = evenly(expected.steps, comparedSteps);
    const calls = await answered(expected, steps, drawing, quantized, signal, tell('noise'));
    const got = await trajectoryOf(task, drawing, quantized, signal, tell('picture'));
    const record = comparePictures(task, calls, expected, got);
    await found.put(task, { record, picture: got.picture });
    records.push(record);
  }
  return records;
}

/** From what is done of one part of the work to what is done of all of a picture, by what each part takes. */
function teller(costs: Readonly<Record<Doing, number>>, tell: (doing: Doing, share: number) => void) {
  const parts = Object.keys(costs) as Doing[];
  const all = parts.reduce((sum, part) => sum + costs[part], 0);
  return (doing: Doing) => (done: number, of: number) => {
    const earlier = parts.slice(0, parts.indexOf(doing)).reduce((sum, part) => sum + costs[part], 0);
    tell(doing, (earlier + (costs[doing] * done) / of) / all);
  };
}

/** The calls of `steps` answered by the quantized UNet, beside what the reference said. */
async function answered(
  { states }: Trajectory,
  steps: readonly StepCalls[],
  { width, height }: DrawingOptions,
  { model, backend }: Parts,
  signal: AbortSignal,
  tell: (done: number, of: number) => void,
): Promise<CallRecord[]> {
  const size = { batch: 1, height: height / VAE_FACTOR, width: width / VAE_FACTOR };
  const { unet, textEncoder } = model.description;
  const tensor = (shape: readonly number[], data: Float32Array): Tensor => ({ type: 'float32', shape, data });
  const file = await model.file('unet', size, signal);
  const opened: Stage = await backend.open(file, signal).finally(() => file.weights.close());
  try {
    const records: CallRecord[] = [];
    for (const { timestep, sample, conditional, unconditional } of steps) {
      const noise = async (hiddenStates: Float32Array): Promise<Float32Array> => {
        await untilMessagesAreRead();
        signal.throwIfAborted();
        const outputs = await opened.run({
          sample: tensor([1, unet.inChannels, size.height, size.width], sample),
          timestep: tensor([1], Float32Array.of(timestep)),
          encoder_hidden_states: tensor([1, textEncoder.maxPositionEmbeddings, unet.crossAttentionDim], hiddenStates),
        });
        return outputs.noise!.data as Float32Array;
      };
      const got = { unconditional: await noise(states.unconditional), conditional: await noise(states.conditional) };
      records.push(compareCalls(timestep, { conditional, unconditional }, got, DEFAULTS.guidanceScale));
      tell(records.length, steps.length);
    }
    return records;
  } finally {
    await opened.close();
  }
}

/** At most `count` of `all`, the first and the last among them. */
export function evenly<Item>(all: readonly Item[], count: number): Item[] {
  if (count >= all.length) return [...all];
  if (count === 1) return [all[all.length >> 1]!];
  return Array.from({ length: count }, (_, i) => all[Math.round((i * (all.length - 1)) / (count - 1))]!);
}
