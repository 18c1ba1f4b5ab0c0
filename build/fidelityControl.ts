/** ControlNets and T2I-adapters for the demo model, as `spec/vectors/recipes/fidelity_control.py` builds them: nothing of them is stored. */
import type { Checkpoint } from '../models/checkpoint';
import type { Adapter } from '../models/control/openAdapter';
import type { ControlNet } from '../models/control/openSteerer';
import { adapter } from '../models/graph/adapter';
import { controlNet } from '../models/graph/controlNet';
import type { Layers } from '../models/graph/layers';
import { listing, type Parameter } from '../models/graph/parameters';
import type { TensorSource } from '../models/tensorSource';
import { uniform } from './hashed';

const EMBEDDING = { embeddingChannels: [16, 32, 96, 256] };

/** What it has of the UNet is the model's own; the rest comes out of a hash of `name`. One that is called shuffle is pooled, one inpaint masked. */
export function hashedControlNet(demo: Checkpoint, name: string): ControlNet {
  const describe = (net: Layers): void => controlNet(net, demo.description.unet, EMBEDDING, SIZE);
  const source = hashedSource(name, describe, demo.weights('unet'));
  const how = { pooled: name.includes('shuffle'), masked: name.includes('inpaint') };
  return { kind: 'controlnet', name, config: EMBEDDING, source, ...how };
}

/** All of it comes out of a hash of `name`; one that is called gray sees one channel, one that is called light is a light one. */
export function hashedAdapter(demo: Checkpoint, name: string): Adapter {
  const light = name.includes('light');
  const config = {
    type: light ? 'light' : 'full',
    inChannels: name.includes('gray') ? 1 : 3,
    blocks: light ? 4 : 2,
  } as const;
  const describe = (net: Layers): void => adapter(net, demo.description.unet, config, SIZE);
  return { kind: 'adapter', name, config, source: hashedSource(name, describe) };
}

const SIZE = { batch: 1, height: 8, width: 8 };

function hashedSource(name: string, describe: (net: Layers) => void, shared?: TensorSource): TensorSource {
  const parameters: Parameter[] = [];
  describe(listing(parameters));
  const own = new Map(parameters.filter((each) => !shared?.info(each.name)).map((each) => [each.name, each.shape]));
  return {
    name,
    names: () => parameters.map((each) => each.name),
    info(key) {
      const shape = own.get(key);
      return shape ? { dtype: 'F32', shape, bytes: 4 * sizeOf(shape) } : shared?.info(key);
    },
    async read(key, rows) {
      const shape = own.get(key);
      if (!shape) return shared!.read(key, rows);
      const values = hashed(name, key, shape);
      const each = values.length / shape[0]!;
      const { begin, end } = rows ?? { begin: 0, end: shape[0]! };
      return new Uint8Array(values.slice(begin * each, end * each).buffer);
    },
  };
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

function hashed(name: string, key: string, shape: readonly number[]): Float32Array {
  const count = sizeOf(shape);
  // Of the many layers of light ones, one after another, each would otherwise make what it sees larger.
  const gain = name.includes('light') ? 0.9 : 1.5;
  const spread = shape.length === 1 ? 0.1 : gain * Math.sqrt(12 / (count / shape[0]!));
  return uniform(`${name}/${key}`, count, spread, 0);
}
