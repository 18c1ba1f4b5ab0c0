/**
 * `node build/run.mjs build/qnn/probe.ts`: prints, for QnnProbe.java, the tiny graph with which a host finds out whether an NPU
 * computes, and computes rightly: a 1 × 1 convolution of 8 channels, 16-bit activations, 8-bit weights with a scale for each output. All
 * scales are powers of two. The Java knows the weights by the same formula.
 */
import { encodeModel, type Initializer, type Node } from '../../models/graph/onnx/onnxModel';

const CHANNELS = 8;
const SIDE = 4;

/** The graph's bytes: `x` in, `y` out, both float32 `[1, 8, 4, 4]`. */
export function probeGraph(): Uint8Array {
  const shape = [1, CHANNELS, SIDE, SIDE];
  const weights = Int8Array.from({ length: CHANNELS * CHANNELS }, (_, i) => ((i * 29) % 255) - 127);
  const scales = new Float32Array(CHANNELS).fill(1 / 128);
  const initializers: Initializer[] = [
    { name: 'x/scale', type: 'float32', shape: [], data: bytes(Float32Array.of(1 / 8192)) },
    { name: 'y/scale', type: 'float32', shape: [], data: bytes(Float32Array.of(1 / 4096)) },
    { name: 'zero', type: 'uint16', shape: [], data: bytes(Uint16Array.of(32768)) },
    { name: 'w', type: 'int8', shape: [CHANNELS, CHANNELS, 1, 1], data: bytes(weights) },
    { name: 'w/scale', type: 'float32', shape: [CHANNELS], data: bytes(scales) },
    { name: 'w/zero', type: 'int8', shape: [CHANNELS], data: bytes(new Int8Array(CHANNELS)) },
  ];
  const nodes: Node[] = [
    node('QuantizeLinear', ['x', 'x/scale', 'zero'], 'x/q'),
    node('DequantizeLinear', ['x/q', 'x/scale', 'zero'], 'x/dq'),
    node('DequantizeLinear', ['w', 'w/scale', 'w/zero'], 'w/dq', { axis: 0 }),
    node('Conv', ['x/dq', 'w/dq'], 'conv', { kernel_shape: [1, 1] }),
    node('QuantizeLinear', ['conv', 'y/scale', 'zero'], 'y/q'),
    node('DequantizeLinear', ['y/q', 'y/scale', 'zero'], 'y'),
  ];
  const port = (name: string) => ({ name, type: 'float32', shape }) as const;
  return encodeModel({ name: 'probe', nodes, initializers, inputs: [port('x')], outputs: [port('y')], opset: 21 });
}

const node = (op: string, inputs: readonly string[], output: string, attributes: Node['attributes'] = {}): Node => ({
  ...{ op, name: output, inputs, outputs: [output], attributes },
});

const bytes = (values: Float32Array | Uint16Array | Int8Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

export async function main(): Promise<number> {
  console.log(
    Buffer.from(probeGraph())
      .toString('base64')
      .replace(/.{1,100}/g, '          + "$&"\n'),
  );
  return 0;
}
