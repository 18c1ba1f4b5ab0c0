/** From a network's description to a program and the places of all it touches. */
import type { Layers } from '../../../models/graph/layers';
import { describe } from '../../../models/graph/network';
import { replay, traced } from '../../../models/graph/trace';
import type { PackedTensor, StageNetwork } from '../../../models/stage';
import { Assembly } from './assembly';
import { Constants } from './constants';
import type { Instruction } from './instruction';
import { int8Layers } from './int8Layers';
import { type Layout, layOut } from './layout';
import { makesCareOf, type Numbers } from './numbers';
import { ordered, type Prelude } from './program';

/** Inputs that stay the same over many runs: what depends on one of them alone is not computed anew. */
const ALONE = ['timestep', 'encoder_hidden_states', 'conditions'];

/** Of 1000: three of most samplers' 20 calls, four of pndm's 21. */
export const FIRST_TIMESTEP = 830;
/** How many of these schedules have: those of 100 steps. */
const FIRST_TIMESTEPS = 17;

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

/**
 * In the first steps, where noise is most of the picture and its composition comes about, activations of the UNet, and of what steers it, are rounded with care
 * everywhere but in attention itself, at twice the products: what is off there, later steps do not make up for.
 */
const FIRST: First = {
  timestep: FIRST_TIMESTEP,
  timesteps: FIRST_TIMESTEPS,
  precise: (scope) => !/\.attn[12]$/.test(scope),
};

/** A network's instructions for some of its calls. */
export interface Way {
  readonly assembly: Assembly;
  readonly preludes: readonly Prelude[];
  /** Of `Assembled.instructions`, after preludes. */
  readonly begin: number;
  readonly end: number;
}

export interface Assembled {
  readonly constants: Constants;
  /** Of all ways. */
  readonly instructions: readonly Instruction[];
  readonly usual: Way;
  /** For timesteps no less than `timestep`. */
  readonly first?: Way & First;
  readonly layout: Layout;
}

/** A network to be computed here. */
export interface Network {
  /** As errors name it. */
  readonly name: string;
  readonly describe: (net: Layers) => void;
  readonly tensors: readonly PackedTensor[];
  /** Layers whose activations are rounded with care. */
  readonly precise?: (scope: string) => boolean;
  readonly first?: First;
}

/** What holds in place of `precise` where the network is told a timestep that is no less than `timestep`. */
interface First {
  readonly timestep: number;
  /** How many such timesteps are remembered. */
  readonly timesteps: number;
  readonly precise: (scope: string) => boolean;
}

/** A stage as such a network. */
export const networkOf = ({ description, stage, size, tensors }: StageNetwork): Network => ({
  ...{ name: stage, tensors },
  describe: (net) => describe(net, description, stage, size),
  ...(PRECISE[stage] ? { precise: PRECISE[stage] } : {}),
  ...(stage === 'unet' ? { first: FIRST } : {}),
});

/** The network's programs and where everything of them will lie, before any memory is taken. Weights are there once. */
export function assemble(network: Network, numbers: Numbers, threads: number): Assembled {
  const constants = new Constants(network.name, network.tensors);
  const calls = traced(network.describe);
  const usual = wayOf(calls, new Assembly(constants, numbers, network.precise), 0);
  // Numbers of sixteen bits have no more to give.
  const timed = [...usual.assembly.inputs.values()].includes('timestep') && makesCareOf(numbers);
  const early = timed ? network.first : undefined;
  const first = early && { ...wayOf(calls, new Assembly(constants, numbers, early.precise), usual.end), ...early };
  const ways = first ? [usual, first] : [usual];
  const layout = layOut(ways, constants.regions, threads);
  const instructions = ways.flatMap(({ instructions }) => instructions);
  return { constants, instructions, layout, usual, ...(first ? { first } : {}) };
}

function wayOf(calls: ReturnType<typeof traced>, assembly: Assembly, at: number) {
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
  const { instructions, preludes, begin } = ordered(assembly.instructions, assembly.inputs, ALONE, outputs);
  const moved = preludes.map((each) => ({ ...each, begin: at + each.begin, end: at + each.end }));
  const inputs = [...assembly.inputs.keys()];
  return {
    ...{ assembly, instructions, inputs, outputs, preludes: moved },
    ...{ begin: at + begin, end: at + instructions.length },
  };
}
