/** The demo model with weights in int8, for benchmarks of our own kernels. */
import type { Checkpoint } from '../../models/checkpoint';
import { planModel } from '../../models/planModel';
import type { Backend } from '../../workers/backend/backend';
import type { Model } from '../../workers/model';
import { checkpointModel } from '../../workers/model.checkpoint';
import { packedParts } from '../../workers/quantize/quantizedFolder.node';

/** The demo model's layers are narrow: every one that a full-size model computes in integers does so here too. */
const LOWERING = { integersFrom: 0 };

/** Its weights rounded to nearest, as when a model is opened, or those that `npm run quantize` has written to the folder `quantized`. */
export const int8Model = async (checkpoint: Checkpoint, quantized: string | undefined, on: Backend): Promise<Model> =>
  quantized === undefined
    ? checkpointModel(checkpoint, planModel(checkpoint, 'int8'), undefined, LOWERING)
    : (await packedParts(quantized, on, LOWERING)).model;
