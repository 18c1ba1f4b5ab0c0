/** What a UNet takes in: a part of one takes in less. */
import { pictureShape } from '../models/graph/layers';
import { listing } from '../models/graph/parameters';
import { unet } from '../models/graph/unet';
import type { UNetConfig } from '../models/sd15';
import type { StageSize } from '../models/stage';
import type { Stage } from './backend/backend';
import type { Tensors } from './tensor';

export type Sides = Pick<StageSize, 'height' | 'width'>;

/** Of each input of a UNet that is opened for `size`, by its name, how high and wide a picture it looks at where it takes that in. */
export function inputsOf(config: UNetConfig, size: StageSize): Map<string, Sides> {
  const sizes = new Map<string, Sides>();
  const net = listing([]);
  let seen: Sides = size;
  const noting: typeof net = {
    ...net,
    toTokens(picture) {
      const [, , height, width] = pictureShape(picture);
      seen = { height, width };
      return net.toTokens(picture);
    },
    input(name, ...rest) {
      sizes.set(name, seen);
      return net.input(name, ...rest);
    },
  };
  unet(noting, config, size);
  return sizes;
}

/** Names of what a UNet that is opened for `size` takes in. */
export const takenIn = (config: UNetConfig, size: StageSize): string[] => [...inputsOf(config, size).keys()];

/** `unet`, opened for `size`, which is handed what it takes in of what there is for the whole. */
export function takingIn(unet: Stage, config: UNetConfig, size: StageSize): Stage {
  const names = takenIn(config, size);
  const own = (inputs: Tensors): Tensors =>
    Object.fromEntries(names.flatMap((name) => (inputs[name] ? [[name, inputs[name]]] : [])));
  const { runEach } = unet;
  return {
    run: (inputs) => unet.run(own(inputs)),
    ...(runEach ? { runEach: (all) => runEach(all.map(own)) } : {}),
    close: () => unet.close(),
  };
}
