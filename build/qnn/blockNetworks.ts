/** Each kind of block of Stable Diffusion 1.5's UNet on its own, at the widths and sizes it has there for 512 × 512 pixels. */
import { TOKENS } from '../../models/configs/textEncoderConfig';
import type { Layers } from '../../models/graph/layers';
import type { QnnForms } from '../../models/graph/qnn/qnnLayers';
import { qnnNetwork } from '../../models/graph/qnn/qnnStage';
import { resnet } from '../../models/graph/resnet';
import { transformer } from '../../models/graph/transformer';
import { SD15 } from '../bench/sd15Description';
import { fullCheckpoint } from './fullNetworks';
import { normals, normalTensor } from './madeUpCalls';
import type { Network } from './quantizedStage';

const { normNumGroups: groups, normEps: epsilon, crossAttentionDim, blockOutChannels } = SD15.unet;
const TIME_WIDTH = 4 * blockOutChannels[0]!;

interface Block {
  readonly scope: string;
  readonly input: readonly [channels: number, side: number];
  describe(net: Layers, block: Block): void;
}

/** Scopes are the checkpoint's. A number after them is how many channels come out. */
const BLOCKS: readonly Block[] = [
  ...resnets([
    ['down_blocks.0.resnets.0', 320, 64, 320],
    ['up_blocks.3.resnets.0', 960, 64, 320],
    ['down_blocks.1.resnets.0', 320, 32, 640],
    ['down_blocks.1.resnets.1', 640, 32, 640],
    ['down_blocks.2.resnets.1', 1280, 16, 1280],
    ['up_blocks.1.resnets.0', 2560, 16, 1280],
    ['down_blocks.3.resnets.0', 1280, 8, 1280],
    ['up_blocks.0.resnets.0', 2560, 8, 1280],
  ]),
  ...transformers([
    ['down_blocks.0.attentions.0', 320, 64],
    ['down_blocks.1.attentions.0', 640, 32],
    ['down_blocks.2.attentions.0', 1280, 16],
    ['mid_block.attentions.0', 1280, 8],
  ]),
  {
    scope: 'down_blocks.2.downsamplers.0.conv',
    input: [1280, 16],
    describe: (net, { scope, input }) =>
      net.output('y', net.conv2d(scope, picture(net, input), { channels: input[0], kernel: 3, stride: 2 })),
  },
  {
    scope: 'up_blocks.0.upsamplers.0.conv',
    input: [1280, 8],
    describe: (net, { scope, input }) => {
      const doubled = net.upsampleTo(picture(net, input), 2 * input[1], 2 * input[1]);
      net.output('y', net.conv2d(scope, doubled, { channels: input[0], kernel: 3 }));
    },
  },
];

/** Those whose scope contains `only`. */
export async function blockNetworks(path: string, only: string, forms: QnnForms): Promise<Network[]> {
  const checkpoint = await fullCheckpoint(path);
  const normal = normals();
  return BLOCKS.filter(({ scope }) => scope.includes(only)).map((block) => {
    const [channels, side] = block.input;
    const call = () => ({
      x: normalTensor(normal, [1, channels, side, side]),
      time: normalTensor(normal, [1, TIME_WIDTH]),
      encoder_hidden_states: normalTensor(normal, [1, TOKENS, crossAttentionDim]),
    });
    return {
      name: block.scope,
      parts: [qnnNetwork(block.scope, (net) => block.describe(net, block), forms)],
      weights: checkpoint.weights('unet'),
      calls: [call()],
    };
  });
}

function resnets(some: readonly [scope: string, channels: number, side: number, results: number][]): Block[] {
  return some.map(([scope, channels, side, results]) => ({
    scope,
    input: [channels, side],
    describe(net) {
      const time = net.input('time', 'float32', [1, TIME_WIDTH]);
      const x = picture(net, [channels, side]);
      net.output('y', resnet(net, scope, x, { channels: results, groups, epsilon, time }));
    },
  }));
}

function transformers(some: readonly [scope: string, channels: number, side: number][]): Block[] {
  return some.map(([scope, channels, side]) => ({
    scope,
    input: [channels, side],
    describe(net) {
      const hiddenStates = net.input('encoder_hidden_states', 'float32', [1, TOKENS, crossAttentionDim]);
      const heads = SD15.unet.attentionHeads[0]!;
      net.output('y', transformer(net, scope, picture(net, [channels, side]), { heads, groups, hiddenStates }));
    },
  }));
}

const picture = (net: Layers, [channels, side]: Block['input']) => net.input('x', 'float32', [1, channels, side, side]);
