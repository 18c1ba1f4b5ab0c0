/** Where the time of a network goes on our kernels: every instruction measured by itself, summed up by what it does. */
import { networkOf } from '../../../workers/backend/int8/assemble';
import type { Instruction } from '../../../workers/backend/int8/instruction';
import { openInt8Stage } from '../../../workers/backend/int8/int8Stage';
import type { Threads } from '../../../workers/backend/int8/threads';
import * as layout from '../../../workers/kernels/layout';
import { inputsOf } from '../measured';
import { randomWeights } from '../randomWeights';
import { type Variant, variantStage } from '../variants';

export interface Share {
  readonly what: string;
  readonly milliseconds: number;
  readonly instructions: number;
}

/** Largest first. Of each instruction the least of three runs, after one that is not counted. */
export async function profiled(variant: Variant, threads: Threads): Promise<Share[]> {
  const { tensors, network } = variantStage(variant, threads.count);
  const times = new Map<Instruction, number>();
  const watch = async (instruction: Instruction, run: () => Promise<void>): Promise<void> => {
    const begun = performance.now();
    await run();
    times.set(instruction, Math.min(times.get(instruction) ?? Number.POSITIVE_INFINITY, performance.now() - begun));
  };
  const never = new AbortController().signal;
  const stage = await openInt8Stage(networkOf(network), randomWeights(tensors), threads, never, watch);
  for (let run = 0; run < 4; run++) await stage.run(inputsOf(variant));
  await stage.close();
  const shares = new Map<string, { milliseconds: number; instructions: number }>();
  for (const [instruction, milliseconds] of times) {
    const what = nameOf(instruction);
    const { milliseconds: sum, instructions } = shares.get(what) ?? { milliseconds: 0, instructions: 0 };
    shares.set(what, { milliseconds: sum + milliseconds, instructions: instructions + 1 });
  }
  return [...shares].map(([what, each]) => ({ what, ...each })).sort((a, b) => b.milliseconds - a.milliseconds);
}

const OPCODES: Readonly<Record<number, string>> = {
  [layout.CONV]: 'product',
  [layout.CONV_F32]: 'product in float32',
  [layout.CONV_DOUBLED]: 'conv 3×3 enlarged',
  [layout.CONV_GATED]: 'linear, gated',
  [layout.CONV_WINOGRAD]: 'conv 3×3 by patches',
  [layout.ROWS]: 'rows',
  [layout.GROUP_MOMENTS]: 'moments of groups',
  [layout.GROUP_AFFINE]: 'factors of groups',
  [layout.PACK_HEADS_INTEGERS]: 'keys and values laid out',
  [layout.ATTENTION_INTEGERS]: 'attention',
  [layout.VECTOR]: 'one row',
  [layout.TOKEN_UNITS]: 'tokens as unit vectors',
  [layout.TOKEN_MATCHES]: 'tokens matched',
  [layout.TOKEN_PLACES]: 'places of tokens',
  [layout.TOKENS_MERGED]: 'tokens merged',
  [layout.TOKENS_PARTED]: 'tokens parted',
};

const TRANSFORMS: Readonly<Record<number, string>> = {
  [layout.PLAIN]: 'as they are',
  [layout.AFFINE]: 'group norm',
  [layout.AFFINE_SILU]: 'group norm, silu',
  [layout.LAYER_NORM]: 'layer norm',
  [layout.SILU]: 'silu',
  [layout.GEGLU]: 'geglu',
};

function nameOf({ opcode, words }: Instruction): string {
  const name = OPCODES[opcode] ?? `opcode ${opcode}`;
  if (opcode === layout.ATTENTION_INTEGERS)
    return `${name}, ${words[layout.A_WIDTH]} channels, ${words[layout.A_QUERIES]} × ${words[layout.A_KEYS]}`;
  if (opcode === layout.CONV) return words[layout.C_SIDE] === 3 ? 'conv 3×3' : `linear of ${words[layout.C_M]} rows`;
  if (opcode === layout.ROWS) {
    const transform = TRANSFORMS[words[layout.R_TRANSFORM] as number] ?? words[layout.R_TRANSFORM];
    return `${name}, ${transform}, ${words[layout.R_PARAMS] === undefined ? 'written' : 'quantized'}`;
  }
  return name;
}
