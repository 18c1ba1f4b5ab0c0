/**
 * Drawing with the host beside the page: from where its NPU fails with its CPU, and from where that fails with the page's own
 * copy of the model, if there are such. What was asked for wrongly is said; a host that is gone is no reason not to draw.
 */
import type { StageName } from '../models/stage';
import type { BackendName, HostBackendName, ImageEvent, ImageRequest, OwnBackendName } from './api';
import type { Answered } from './backend/bridge/hostLink';
import type { HostModel } from './backend/bridge/status';
import { asFailure, CodedError } from './errors';
import { fallingBack } from './fallingBack';
import { finalSize } from './hires';
import { offered } from './hosting';
import type { Model } from './model';
import { hostedParts } from './model.hosted';
import { openStage, type Parts } from './openStage';

// All that a page with a host fetches is one file.
export { linkOf } from './backend/bridge/browserLink';
export { hostReport } from './hosting';
export { paced } from './paced';

/** What a picture is drawn with, and what it is asked for then. Whoever asks for it closes it. */
export interface Ready {
  readonly parts: Parts;
  readonly request: ImageRequest;
  close(): void;
}

/** What the page has itself. */
export interface Own {
  /** The host, as it answers now. */
  host(): Promise<Answered>;
  /** Ids of the models in the store. */
  stored(): Promise<ReadonlySet<string>>;
  /** The backend that draws where the host does not. */
  best(): Promise<OwnBackendName>;
  ready(id: string, name: OwnBackendName, asked: ImageRequest, tell: (event: ImageEvent) => void): Promise<Ready>;
}

export interface Wanted {
  readonly id: string;
  readonly name: HostBackendName;
  readonly asked: ImageRequest;
  /** With LoRAs (`hasLoras`). */
  readonly changed?: boolean;
}

/** `tell` hears what falls. Rejects with `backend-unavailable` as `offered` does; where the page has no copy, as the host fails. */
export async function readyThere(
  { id, name, asked, changed = false }: Wanted,
  own: Own,
  tell: (event: ImageEvent) => void,
): Promise<Ready> {
  const ids = await own.stored();
  const fell = (from: HostBackendName, to: BackendName) => (stage: StageName, why: unknown) =>
    tell({ type: 'fallen', stage, from, to, ...asFailure(why) });
  const beside = (['controls', 'ipAdapters'] as const).find((field) => asked[field]);
  if (beside) {
    // A host's networks take in nothing from beside them.
    const why = new CodedError('backend-unavailable', {
      argument: name,
      expected: 'nothing that steers',
      got: beside,
    });
    if (!ids.has(id)) throw why;
    const to = await own.best();
    fell(name, to)('unet', why);
    return own.ready(id, to, asked, tell);
  }
  let there: Answered;
  let first: Parts;
  try {
    there = await own.host();
    const hosted = await hostedParts(there.client, offered(there.status, id, name, asked, ids), name);
    first = changed ? { ...hosted, model: unchanging(hosted.model) } : hosted;
  } catch (thrown) {
    if (!ids.has(id) || TOLD.includes(asFailure(thrown).code)) throw thrown;
    const to = await own.best();
    fell(name, to)('unet', thrown);
    return own.ready(id, to, asked, tell);
  }
  const request = { ...asked, guidance: 'two-calls' } as const;
  const native =
    name === 'npu' && !changed ? attempt(() => offered(there.status, id, 'native-cpu', asked, ids)) : undefined;
  const parts = native ? onItsCpu(first, native, there, fell('npu', 'native-cpu')) : first;
  if (!ids.has(id)) {
    try {
      if (asked.tinyVae) throw notTheirs();
      // Nobody else would draw the second of two passes: better to hear it before the first.
      offered(there.status, id, name, finalSize(asked), ids);
    } catch (thrown) {
      there.client.forget();
      throw thrown;
    }
    return { parts, request, close: () => there.client.forget() };
  }
  const to = await own.best();
  let here: Ready | undefined;
  const rescue = async (): Promise<Parts> => {
    here ??= await own.ready(id, to, request, tell);
    return here.parts;
  };
  const last = native ? 'native-cpu' : name;
  const close = (): void => {
    there.client.forget();
    here?.close();
  };
  const either = fallingBack(parts, rescue, fell(last, to));
  if (!asked.tinyVae) return { parts: either, request, close };
  try {
    return { parts: withOwn(either, await rescue()), request, close };
  } catch (thrown) {
    close();
    throw thrown;
  }
}

/** A host's networks are what they are: those that LoRAs change are the page's to compute, where it has them. */
const unchanging = (model: Model): Model => ({
  ...model,
  file: async (stage, ...how) => {
    if (stage !== 'unet' && stage !== 'text_encoder') return model.file(stage, ...how);
    const details = {
      argument: stage,
      expected: 'weights that LoRAs can change',
      got: 'a network that a host has built',
    };
    throw new CodedError('unsupported-model', details);
  },
});
/** A tiny VAE is the page's own: what it stands in for is computed here, all else as `parts` do. */
function withOwn(parts: Parts, here: Parts): Parts {
  const { description } = here.model;
  return {
    ...parts,
    model: { ...parts.model, description },
    open: (stage, ...how) => openStage(description.standIn?.networks[stage] ? here : parts, stage, ...how),
  };
}

const notTheirs = (): CodedError =>
  new CodedError('bad-argument', {
    argument: 'tinyVae',
    expected: 'none with a model that only the host has',
    got: 'one',
  });

/** What nobody else is to draw instead: a size that is not there, a device that has to cool down. */
const TOLD: readonly string[] = ['backend-unavailable', 'too-hot'];

const onItsCpu = (first: Parts, native: HostModel, { client }: Answered, fell: Parameters<typeof fallingBack>[2]) =>
  fallingBack(first, () => hostedParts(client, native, 'native-cpu'), fell);

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
