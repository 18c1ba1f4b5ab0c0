/** What a UNet takes in: a part of one takes in less. */
import { listing } from '../models/graph/parameters';
import { unet } from '../models/graph/unet';
import type { UNetConfig } from '../models/sd15';
import type { StageSize } from '../models/stage';
import type { Stage } from './backend/backend';
import type { Tensors } from './tensor';

/** Names of what a UNet that is opened for `size` takes in. */
export function takenIn(config: UNetConfig, size: StageSize): string[] {
  const names: string[] = [];
  const net = listing([]);
  const noting: typeof net = {
    ...net,
    input(name, ...rest) {
      names.push(name);
      return net.input(name, ...rest);
    },
  };
  unet(noting, config, size);
  return names;
}

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
