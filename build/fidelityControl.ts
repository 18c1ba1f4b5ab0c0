/** ControlNets for the demo model, as `spec/vectors/recipes/fidelity_control.py` builds them: nothing of them is stored. */
import type { Checkpoint } from '../models/checkpoint';
import type { ControlNet } from '../models/control/openControlNet';
import { controlNet } from '../models/graph/controlNet';
import { listing, type Parameter } from '../models/graph/parameters';
import type { TensorSource } from '../models/tensorSource';
import { uniform } from './hashed';

const EMBEDDING = { embeddingChannels: [16, 32, 96, 256] };

/** What it has of the UNet is the model's own; the rest comes out of a hash of `name`. */
export function hashedControlNet(demo: Checkpoint, name: string): ControlNet {
  const unet = demo.weights('unet');
  const parameters: Parameter[] = [];
  controlNet(listing(parameters), demo.description.unet, EMBEDDING, { batch: 1, height: 8, width: 8 });
  const own = new Map(parameters.filter((each) => !unet.info(each.name)).map((each) => [each.name, each.shape]));
  const source: TensorSource = {
    name,
    names: () => parameters.map((each) => each.name),
    info(key) {
      const shape = own.get(key);
      return shape ? { dtype: 'F32', shape, bytes: 4 * sizeOf(shape) } : unet.info(key);
    },
    async read(key, rows) {
      const shape = own.get(key);
      if (!shape) return unet.read(key, rows);
      const values = hashed(name, key, shape);
      const each = values.length / shape[0]!;
      const { begin, end } = rows ?? { begin: 0, end: shape[0]! };
      return new Uint8Array(values.slice(begin * each, end * each).buffer);
    },
  };
  return { name, config: EMBEDDING, source };
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

function hashed(name: string, key: string, shape: readonly number[]): Float32Array {
  const count = sizeOf(shape);
  const spread = shape.length === 1 ? 0.1 : 1.5 * Math.sqrt(12 / (count / shape[0]!));
  return uniform(`${name}/${key}`, count, spread, 0);
}
