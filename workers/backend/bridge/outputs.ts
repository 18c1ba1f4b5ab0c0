/** What a host's network answered, held against what it said it would: names, dtypes, shapes, and every number finite. */
import { CodedError } from '../../errors';
import type { Tensor, Tensors } from '../../tensor';
import { DTYPES, type Frame, type FrameTensor } from './frame';
import { badHost } from './message';
import type { HostPort } from './status';

/** `bad-host` where they are not those of `ports`, `bad-picture` where a number is not finite. */
export function checkedOutputs({ tensors }: Frame, ports: readonly HostPort[]): Tensors {
  if (tensors.size !== ports.length) {
    throw badHost('outputs', ports.map(({ name }) => name).join(', '), [...tensors.keys()].join(', ').slice(0, 200));
  }
  return Object.fromEntries(ports.map((port) => [port.name, checked(tensors.get(port.name), port)]));
}

function checked(tensor: FrameTensor | undefined, { name, dtype, shape }: HostPort): Tensor {
  const expected = `${dtype} [${shape}]`;
  const got = tensor ? `${DTYPES[tensor.type]} [${tensor.shape}]` : 'nothing';
  if (!tensor || tensor.type === 'uint8' || got !== expected) throw badHost(`output ${name}`, expected, got);
  if (tensor.type === 'float32') refuseInfinite(name, tensor.data);
  return tensor;
}

/** As a double, a sum of floats cannot overflow: it is finite where every one is, and only else is it worth looking at each. */
function refuseInfinite(name: string, data: Float32Array): void {
  let sum = 0;
  for (const value of data) sum += value;
  if (Number.isFinite(sum)) return;
  const at = data.findIndex((value) => !Number.isFinite(value));
  const details = { argument: `output ${name}`, expected: 'finite numbers', got: `${data[at]} at ${at}` };
  throw new CodedError('bad-picture', details);
}
