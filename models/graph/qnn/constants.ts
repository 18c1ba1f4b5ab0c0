/**
 * The constants of a drawing, each put where the step that wants it finds it: as float32, or as integers behind the
 * DequantizeLinear that turns them back. Their bytes are made when the weights file is written.
 */
import { CodedError } from '../../errors';
import { type Encoding, encodingOf, quantized } from '../../quantize/encodings';
import type { IntegerWeights } from '../../quantize/integerWeights';
import type { Node } from '../onnx/onnxModel';
import type { ConstantFile } from './constantFile';
import type { Bias, Numbers, Weight } from './drawing';
import { blockOf, type LayerIntegers, layerIntegers, packedInt4, turned } from './layerIntegers';

export class Constants {
  /** What turns integers back, for the graph to begin with. */
  readonly nodes: Node[] = [];
  private readonly dequantized = new Set<string>();
  private last: { readonly key: string; readonly from: IntegerWeights; readonly made: Promise<unknown> } | undefined;

  constructor(private readonly file: ConstantFile) {}

  /** As float32. */
  float(constant: Weight | Bias | Numbers): string {
    const shape = constant.kind === 'bias' ? [constant.weight.rows.count] : constant.shape;
    return this.file.place(nameOf(constant), 'float32', shape, (from) => floatsOf(constant, from));
  }

  /**
   * A weight in `bits`, one scale for each of its rows or blocks, and the bias that is added in the same step, in the steps of the
   * product: the weight makes room for it. The rest are the inputs of that step.
   */
  layer(weight: Weight, bits: 8 | 4, bias: Bias | undefined, inputScale: number): string[] {
    const name = nameOf(weight);
    const rows = [weight.rows.count];
    const block = blockOf(weight, bits);
    const made = (from: IntegerWeights): Promise<LayerIntegers> =>
      this.latest(name, from, () => layerOf(weight, bits, from, bias, inputScale));
    const perBlock = weight.shape.map((size, axis) => (axis === 1 - weight.axis ? size / block : size));
    const scales = this.file.place(
      `${name}/scales`,
      'float32',
      block ? perBlock : rows,
      async (from) => (await made(from)).scales,
    );
    const type = block ? 'int4' : 'int8';
    const integers = this.file.place(`${name}/${type}`, type, weight.shape, async (from) => {
      const { values } = await made(from);
      return block ? packedInt4(values) : values;
    });
    const along = block ? { axis: 1 - weight.axis, block_size: block } : { axis: weight.axis };
    const inputs = [this.dequantize(name, [integers, scales], along)];
    if (!bias) return inputs;
    const sum = nameOf(bias);
    const steps = this.file.place(`${sum}/scales`, 'float32', rows, async (from) => (await made(from)).biasSteps!);
    const summand = this.file.place(`${sum}/int32`, 'int32', rows, async (from) => (await made(from)).bias!);
    return [...inputs, this.dequantize(sum, [summand, steps], { axis: 0 })];
  }

  /** Numbers with one encoding for all of them, over their own range. `bits` are those of activations. */
  numbers(constant: Numbers | Bias, bits: 16 | 8): string {
    const name = nameOf(constant);
    const { as, shape } =
      constant.kind === 'numbers' ? constant : { as: 'activation', shape: [constant.weight.rows.count] };
    const type = as === 'int32' ? as : bits === 8 ? 'uint8' : as === 'int16' ? as : 'uint16';
    const made = (from: IntegerWeights): Promise<{ values: Float32Array; encoding: Encoding }> =>
      this.latest(name, from, async () => {
        const values = await floatsOf(constant, from);
        return { values, encoding: encodingOf(values, type) };
      });
    const scale = this.file.place(`${name}/scale`, 'float32', [], async (from) =>
      Float32Array.of((await made(from)).encoding.scale),
    );
    const integers = this.file.place(`${name}/${type}`, type, shape, async (from) => {
      const { values, encoding } = await made(from);
      return quantized(values, encoding);
    });
    if (type === 'int32') return this.dequantize(name, [integers, scale]);
    const zero = this.file.place(`${name}/zero`, type, [], async (from) =>
      quantized(Float32Array.of(0), (await made(from)).encoding),
    );
    return this.dequantize(name, [integers, scale, zero]);
  }

  /** What `make` makes of `from`, kept until something else is made: constants of one layer lie side by side. */
  private latest<Made>(key: string, from: IntegerWeights, make: () => Promise<Made>): Promise<Made> {
    if (this.last?.key !== key || this.last.from !== from) this.last = { key, from, made: make() };
    return this.last.made as Promise<Made>;
  }

  private dequantize(name: string, inputs: readonly string[], attributes: Node['attributes'] = {}): string {
    if (!this.dequantized.has(name)) {
      this.dequantized.add(name);
      this.nodes.push({
        op: 'DequantizeLinear',
        name: `${name}/DequantizeLinear`,
        inputs,
        outputs: [name],
        attributes,
      });
    }
    return name;
  }
}

function nameOf(constant: Weight | Bias | Numbers): string {
  if (constant.kind === 'numbers') return constant.key;
  const { rows, factor, axis } = constant.kind === 'bias' ? constant.weight : constant;
  return [constant.key, rows.start, rows.count, factor === 1 ? '' : `×${factor}`, axis && 'columns']
    .filter(Boolean)
    .join('/');
}

async function floatsOf(constant: Weight | Bias | Numbers, from: IntegerWeights): Promise<Float32Array> {
  if (constant.kind === 'numbers') return constant.values?.() ?? from.floats(constant.key);
  const weight = constant.kind === 'bias' ? constant.weight : constant;
  const { rows, factor } = weight;
  const length =
    constant.kind === 'bias' ? 1 : constant.shape.reduce((product, size) => product * size, 1) / rows.count;
  const whole = await from.floats(constant.key);
  const values = whole.slice(rows.start * length, (rows.start + rows.count) * length).map((value) => value * factor);
  return constant.kind === 'weight' && weight.axis === 1 ? turned(values, rows.count) : values;
}

async function layerOf(
  weight: Weight,
  bits: 8 | 4,
  from: IntegerWeights,
  bias: Bias | undefined,
  inputScale: number,
): Promise<LayerIntegers> {
  const whole = await from.integers(weight.key);
  const most = 2 ** (bits - 1) - 1;
  if (whole.most > most) {
    const expected = `integers within ±${most}`;
    throw new CodedError('bad-argument', { argument: weight.key, expected, got: `±${whole.most}` });
  }
  return layerIntegers(weight, whole, blockOf(weight, bits), bias ? await floatsOf(bias, from) : undefined, inputScale);
}
