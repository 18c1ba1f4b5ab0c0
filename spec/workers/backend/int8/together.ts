/** A UNet with made-up weights, and all that may be asked of one: two pictures in one call, and each in a call of its own. */
import type { Layers } from '../../../../models/graph/layers';
import { listing } from '../../../../models/graph/parameters';
import { unet } from '../../../../models/graph/unet';
import type { UNetConfig } from '../../../../models/sd15';
import type { StageSize } from '../../../../models/stage';
import type { Threads } from '../../../../workers/backend/int8/threads';
import type { Tensor, Tensors } from '../../../../workers/tensor';
import { input, madeUp, onKernels } from './network';

const CONFIG: UNetConfig = {
  sampleSize: 8,
  ...{ inChannels: 4, outChannels: 4, blockOutChannels: [16, 32, 48], layersPerBlock: 1 },
  downBlockTypes: ['CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'DownBlock2D'],
  upBlockTypes: ['UpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D'],
  ...{ attentionHeads: [2, 4, 4], crossAttentionDim: 24, normNumGroups: 4, normEps: 1e-5 },
  ...{ flipSinToCos: true, freqShift: 0, downsamplePadding: 1, midBlockScaleFactor: 1 },
};

export type PassSize = Omit<StageSize, 'batch'>;

/** Sides that divide by nothing; the deepest level of the first has one pixel. */
export const PASSES: readonly (readonly [title: string, size: PassSize])[] = [
  ['one pixel in the deep', { height: 4, width: 3 }],
  ['odd sides', { height: 7, width: 13 }],
  ['FreeU, and merged tokens', { height: 9, width: 6, freeu: [1.3, 1.4, 0.9, 0.2], tokenMergingRatio: 0.5 }],
  ['steered', { height: 5, width: 11, controlled: true, adapted: true, imageTokens: [4, { masked: 7 }], tokens: 154 }],
  ['deep features handed out', { height: 6, width: 10, deep: { branch: 2, from: 'made' } }],
  ['deep features handed in', { height: 6, width: 10, controlled: true, deep: { branch: 2, from: 'given' } }],
];

/** What comes out of one call for two pictures, and of a call for each, joined. */
export async function passesOf(size: PassSize, threads: Threads) {
  const describe =
    (batch: number) =>
    (net: Layers): void =>
      unet(net, CONFIG, { batch, ...size });
  const made = madeUp(describe(1), 5);
  const inputs = inputsOf(describe(2));
  const run = (batch: number, given: Tensors) => onKernels(describe(batch), made, given, threads, false);
  const together = await run(2, inputs);
  const [first, second] = [await run(1, half(inputs, 0)), await run(1, half(inputs, 1))];
  const joined = (name: string): number[] => [...first[name]!.data, ...second[name]!.data];
  return Object.entries(together).map(([name, { data }]) => ({ name, together: [...data], apart: joined(name) }));
}

/** Made-up inputs of all that a network for two pictures takes in. */
function inputsOf(describe: (net: Layers) => void): Tensors {
  const inputs: Record<string, Tensor> = {};
  const net = listing([]);
  describe({
    ...net,
    input(name, type, shape) {
      inputs[name] = input(shape, 11 + Object.keys(inputs).length, name === 'timestep' ? 500 : 2);
      return net.input(name, type, shape);
    },
  });
  return inputs;
}

/** Of each input what is picture `which`'s; the timestep is both's. */
const half = (inputs: Tensors, which: number): Tensors =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, { type, shape, data }]): [string, Tensor] => {
      if (shape.length === 1) return [name, inputs[name]!];
      const each = data.length / 2;
      const own = (data as Float32Array).slice(which * each, (which + 1) * each);
      return [name, { type, shape: [1, ...shape.slice(1)], data: own } as Tensor];
    }),
  );
