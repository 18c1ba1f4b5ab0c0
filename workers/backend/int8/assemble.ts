/** From a network's description to a program and the places of all it touches. */
import type { Layers } from '../../../models/graph/layers';
import { describe } from '../../../models/graph/network';
import { replay, traced } from '../../../models/graph/trace';
import type { PackedTensor, StageNetwork } from '../../../models/stage';
import { Assembly } from './assembly';
import { Constants } from './constants';
import { int8Layers } from './int8Layers';
import { type Layout, layOut } from './layout';
import type { Numbers } from './numbers';
import { ordered, type Program } from './program';

/** Inputs that stay the same over many runs: what depends on one of them alone is not computed anew. */
const ALONE = ['timestep', 'encoder_hidden_states', 'conditions'];

/**
 * Where eight bits of activations are not enough. The text encoder runs once for a prompt, and everything depends on it. So do keys and
 * values of the prompt, whose hidden states have some channels that are far larger than the others (`npm run bench -- int8-layers`). And a
 * twentieth of the UNet's work makes most of its rounding: what resnets take in, which no norm has evened out, and what transformers take in
 * and hand out where pictures are largest, on the first of four levels (`npm run bench -- int8-care`).
 */
const PRECISE: Readonly<Partial<Record<StageNetwork['stage'], (scope: string) => boolean>>> = {
  text_encoder: () => true,
  unet: (scope) => /\.attn2\.to_[kv]$|\.conv_shortcut$|^(down_blocks\.0|up_blocks\.3)\..*\.proj_(in|out)$/.test(scope),
};

export interface Assembled {
  readonly assembly: Assembly;
  readonly constants: Constants;
  readonly program: Program;
  readonly layout: Layout;
}

/** A network to be computed here. */
export interface Network {
  /** As errors name it. */
  readonly name: string;
  readonly describe: (net: Layers) => void;
  readonly tensors: readonly PackedTensor[];
  readonly precise?: (scope: string) => boolean;
}

/** A stage as such a network. */
export const networkOf = ({ description, stage, size, tensors }: StageNetwork): Network => ({
  ...{ name: stage, tensors },
  describe: (net) => describe(net, description, stage, size),
  ...(PRECISE[stage] ? { precise: PRECISE[stage] } : {}),
});

/** The network's program and where everything of it will lie, before any memory is taken. */
export function assemble({ name, describe, tensors, precise }: Network, numbers: Numbers, threads: number): Assembled {
  const constants = new Constants(name, tensors);
  const assembly = new Assembly(constants, numbers, precise);
  const calls = traced(describe);
  const readers = new Map<unknown, number>();
  for (const { args } of calls) for (const arg of args) readers.set(arg, (readers.get(arg) ?? 0) + 1);
  replay(
    int8Layers(
      assembly,
      calls.map(({ result }) => readers.get(result) ?? 0),
    ),
    calls,
    new Map(),
  );
  const outputs = assembly.outputs.map(({ rows }) => rows.region);
  const program = ordered(assembly.instructions, assembly.inputs, ALONE, outputs);
  const layout = layOut(program, assembly.inputs.keys(), outputs, constants.regions, threads);
  return { assembly, constants, program, layout };
}
