/** A host as a backend: it has the networks' files itself, so of a `StageFile` only its name and its size are looked at. */
import { TOKENS } from '../../../models/configs/textEncoderConfig';
import { VAE_FACTOR } from '../../../models/graph/vae';
import { networkPorts } from '../../../models/npuPorts';
import type { ModelDescription } from '../../../models/sd15';
import type { StageFile, StageName, StageSize, StageWeights } from '../../../models/stage';
import type { HostBackendName } from '../../api';
import { CodedError } from '../../errors';
import type { Tensors } from '../../tensor';
import type { Backend } from '../backend';
import type { HostClient } from './client';
import { badHost } from './message';
import type { HostPort } from './status';

/** A network that lies with the host. */
export interface HostedFile extends StageFile {
  readonly size: StageSize;
}

const NO_WEIGHTS: StageWeights = {
  bytes: 0,
  read: () => new Uint8Array(0),
  close: () => undefined,
};

export const hostedFile = (name: StageName, size: StageSize): HostedFile => ({
  ...{ name, size, graph: new Uint8Array(0), weights: NO_WEIGHTS },
});

/**
 * Opens the networks of `model` (a hash out of the host's status), which are those of `description`: `bad-host` where one
 * would hand out something else. `bad-argument` for a file that is not the host's.
 */
export function hostBackend(
  client: HostClient,
  model: string,
  name: HostBackendName,
  description: ModelDescription,
): Backend {
  return {
    name,
    heapBytes: () => 0,
    async open(file, signal) {
      const { size } = file as Partial<HostedFile>;
      if (!size) {
        const details = { argument: file.name, expected: 'a network that the host has', got: 'one of the page' };
        throw new CodedError('bad-argument', details);
      }
      refuseOthers(file.name, size);
      const pixels = { width: size.width * VAE_FACTOR, height: size.height * VAE_FACTOR };
      const sized = file.name === 'text_encoder' ? {} : pixels;
      const wanted = { model, stage: file.name, backend: name, batch: size.batch, ...sized };
      const session = await client.open(wanted, signal);
      const expected = words(networkPorts(description, file.name, pixels).outputs.map((port) => ofBatch(port, size)));
      const got = words(session.ports.outputs);
      const told = file.name === 'unet' ? description.unet.timeCondProjDim : undefined;
      const deaf = told !== undefined && !session.ports.inputs.some((port) => port.name === 'timestep_cond');
      if (got !== expected || deaf) {
        session.close().catch(() => undefined);
        if (!deaf) throw badHost(`${file.name}: outputs`, expected, got);
        throw badHost(`${file.name}: inputs`, `timestep_cond [1,${told}]`, words(session.ports.inputs));
      }
      // What stops a drawing stops the network that runs, too.
      const run = (inputs: Tensors): Promise<Tensors> => session.run(inputs, signal);
      // The next is on its way while the first is computed.
      return { run, runEach: (all) => Promise.all(all.map(run)), close: () => session.close() };
    },
  };
}

/** A host's networks are as they were exported: whole, for prompts of 77 tokens, by way of all layers, out of the model's own words, without FreeU, no tokens merged. */
function refuseOthers(argument: string, size: StageSize): void {
  const { tokens = TOKENS, clipSkip = 0, embedded = false, deep, freeu, tokenMergingRatio = 0 } = size;
  const steered = (size.controlled ?? false) || (size.adapted ?? false);
  const others = [
    steered && 'what steers it from outside',
    freeu && `FreeU by ${freeu}`,
    deep && 'deep features to keep',
    tokenMergingRatio > 0 && `${tokenMergingRatio} of its tokens to merge`,
    embedded && 'learned words',
    clipSkip > 0 && `${clipSkip} layers to skip`,
    tokens !== TOKENS && `${tokens} tokens`,
  ];
  const got = others.find((each) => each !== false && each !== undefined);
  if (!got) return;
  const expected = `what the host has: ${TOKENS} tokens, all layers, no learned words, nothing kept or merged, no FreeU, nothing that steers`;
  throw new CodedError('backend-unavailable', { argument, expected, got });
}

type Port = Pick<HostPort, 'name' | 'shape'>;

const words = (ports: readonly Port[]): string => ports.map(({ name, shape }) => `${name} [${shape}]`).join(', ');
const ofBatch = ({ name, shape: [, ...shape] }: Port, { batch }: StageSize): Port => ({
  name,
  shape: [batch, ...shape],
});
