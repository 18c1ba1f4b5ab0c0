/**
 * A drawing written down as ONNX, in the numbers of a form: float32 to measure ranges with, or with every value between
 * two steps in integers, as a QuantizeLinear and a DequantizeLinear say it (opset 21).
 */
import type { Encoding } from '../../quantize/encodings';
import type { IntegerWeights, WeightBits } from '../../quantize/integerWeights';
import type { Value } from '../layers';
import { encodeModel, type Node, type Port } from '../onnx/onnxModel';
import { ConstantFile } from './constantFile';
import { Constants } from './constants';
import { type Bias, type Constant, type Drawing, isConstant, type Operand, type Step, type Tap } from './drawing';
import { lastKept } from './lastKept';
import { placesPorts, shownLayers } from './layerInputs';
import { rangeNodes, rangeOf, someOf } from './ranges';

/** In which numbers to write. */
export type Form = FloatForm | QuantizedForm;

/** Activations are float32. */
export interface FloatForm {
  /** Bits of each weight; absent: all are float32. */
  readonly weightBits?: WeightBits;
  /** Taps that are outputs too, of those that are no inputs or outputs anyway. */
  readonly taps?: readonly string[];
  /** Of each of `taps`, inputs and outputs among them, the graph hands out its range alone, as `rangeOf` names it. */
  readonly reduced?: boolean;
  /** How many others of a tap's numbers follow its range, at most. */
  readonly some?: number;
  /** Places of each layer's output at which its inputs are outputs of the graph too (layerInputs.ts). */
  readonly layerInputs?: number;
  readonly activations?: undefined;
  /** The name that the external data refer to, `weights` by default. */
  readonly weightsFile?: string;
}

/** Activations are integers wherever one step hands them to the next. */
export interface QuantizedForm {
  readonly weightBits: WeightBits;
  readonly activations: { readonly bits: 16 | 8; readonly encodings: (tap: Tap) => Encoding };
  readonly taps?: undefined;
  readonly reduced?: undefined;
  readonly some?: undefined;
  readonly layerInputs?: undefined;
  readonly weightsFile?: string;
}

export interface Written {
  /** The serialized ONNX ModelProto. */
  readonly graph: Uint8Array;
  /** Length of the weights file. */
  readonly bytes: number;
  /** The weights file, one constant at a time. */
  weights(from: IntegerWeights): AsyncGenerator<Uint8Array>;
}

/** Writes `draw` down. `bad-argument` where its constants would not fit one file, or a tap has no encoding. */
export function written(draw: Drawing, name: string, form: Form): Written {
  return new Writing(draw, form).written(name);
}

const numbersOf = { uint16: Uint16Array, int16: Int16Array, uint8: Uint8Array, int32: Int32Array } as const;

class Writing {
  private readonly nodes: Node[] = [];
  private readonly file: ConstantFile;
  private readonly constants: Constants;
  /** What a value is called where it is another by name. */
  private readonly aliases = new Map<string, string>();

  constructor(
    private readonly draw: Drawing,
    private readonly form: Form,
  ) {
    this.file = new ConstantFile(form.weightsFile ?? 'weights');
    this.constants = new Constants(this.file);
  }

  written(name: string): Written {
    const { inputs, steps, outputs } = this.draw.needed();
    if (this.form.activations) for (const input of inputs) this.entered(input);
    for (const step of steps) this.step(step);
    const port = (value: Value) => ({ name: this.nameOf(value), type: 'float32' as const, shape: value.shape });
    const taps = new Set(this.form.taps);
    const tapped = [...inputs, ...steps.map(({ output }) => output)].filter(({ name }) => taps.has(name));
    const shown = this.form.reduced
      ? []
      : tapped.filter((value) => !inputs.includes(value) && !outputs.includes(value));
    const ranges = (this.form.reduced ? tapped.reverse() : []).map((value) => this.rangeOf(value));
    const layers = this.layerInputs();
    const graph = encodeModel({
      name,
      nodes: [
        ...this.constants.nodes,
        ...this.nodes,
        ...layers.flatMap(({ nodes }) => nodes),
        ...ranges.flatMap(({ nodes }) => nodes),
      ],
      initializers: this.file.initializers,
      inputs: [
        ...inputs.map(({ name, shape }): Port => ({ name, type: 'float32', shape })),
        ...placesPorts(
          layers.map(({ layer }) => layer),
          this.form.layerInputs ?? 0,
        ),
      ],
      outputs: [...[...outputs, ...shown].map(port), ...[...layers, ...ranges].map(({ port }) => port)],
      opset: 21,
    });
    return { graph, bytes: this.file.bytes, weights: (from) => this.file.stream(lastKept(from)) };
  }

  /** A tap's range and some of its numbers, as the form asks. */
  private rangeOf(value: Value): { readonly nodes: readonly Node[]; readonly port: Port } {
    const count = value.shape.reduce((product, size) => product * size, 1);
    const some = someOf(value.shape, this.form.some ?? 0);
    const nodes = rangeNodes(value.name, this.nameOf(value), count, some, (values) => this.integers(values));
    return { nodes, port: { name: rangeOf(value.name), type: 'float32', shape: [2 + some.count] } };
  }

  /** What is multiplied with weights, in reverse as ranges are. */
  private layerInputs() {
    const { layerInputs: places = 0 } = this.form;
    if (places === 0) return [];
    const shown = shownLayers(
      this.draw,
      places,
      (value) => this.nameOf(value),
      (values) => this.integers(values),
    );
    return shown.reverse();
  }

  private entered(input: Value): void {
    this.aliases.set(input.name, `${input.name}/value`);
    this.encoded(input, input.name);
  }

  private step({ op, inputs, output, attributes }: Step): void {
    if (!op) {
      this.recoded(inputs[0] as Value, output);
      return;
    }
    const raw = this.form.activations ? `${output.name}/raw` : this.nameOf(output);
    this.nodes.push({ op, name: output.name, inputs: this.operands(inputs), outputs: [raw], attributes });
    if (this.form.activations) this.encoded(output, raw);
  }

  /** The same numbers around zero, where that is another encoding. */
  private recoded(x: Value, output: Value): void {
    const { activations } = this.form;
    if (activations?.encodings(this.draw.tapOf(output)).type === 'int16') this.encoded(output, this.nameOf(x));
    else this.aliases.set(output.name, this.nameOf(x));
  }

  /** `from` as the integers of `value` and back. */
  private encoded(value: Value, from: string): void {
    const tap = this.draw.tapOf(value);
    const { type, scale, zeroPoint } = this.form.activations!.encodings(tap);
    const key = `${tap.name}/${type}`;
    const encoding = [
      this.file.inline(`${key}/scale`, 'float32', [], Float32Array.of(scale)),
      this.file.inline(`${key}/zero`, type, [], numbersOf[type].of(zeroPoint)),
    ];
    const integers = `${value.name}/${type}`;
    const to = this.nameOf(value);
    const node = (op: string, input: string, output: string): Node => {
      return { op, name: `${value.name}/${op}`, inputs: [input, ...encoding], outputs: [output], attributes: {} };
    };
    this.nodes.push(node('QuantizeLinear', from, integers), node('DequantizeLinear', integers, to));
  }

  private operands(operands: readonly Operand[]): string[] {
    const bias = operands.find((operand): operand is Bias => isConstant(operand) && operand.kind === 'bias');
    return operands.flatMap((operand) =>
      isConstant(operand) ? this.constant(operand, operands[0] as Value, bias) : [this.nameOf(operand)],
    );
  }

  /** What a step over `x` has for `constant`; a weight brings along the `bias` that is added in the same step. */
  private constant(constant: Constant, x: Value, bias: Bias | undefined): string[] {
    const { weightBits, activations } = this.form;
    switch (constant.kind) {
      case 'absent':
        return [''];
      case 'integers':
        return [this.integers(constant.values)];
      case 'floats': {
        const { values } = constant;
        return [this.file.inline(`{${values}}`, 'float32', [values.length], Float32Array.from(values))];
      }
      case 'numbers':
        return [activations ? this.constants.numbers(constant, activations.bits) : this.constants.float(constant)];
      case 'weight': {
        if (!weightBits) return [this.constants.float(constant)];
        const added = activations && bias?.input ? bias : undefined;
        const scale = activations?.encodings(this.draw.tapOf(x)).scale ?? 1;
        return this.constants.layer(constant, weightBits(constant.key), added, scale);
      }
      case 'bias':
        if (!activations) return [this.constants.float(constant)];
        return constant.input ? [] : [this.constants.numbers(constant, activations.bits)];
    }
  }

  private integers(values: readonly number[]): string {
    return this.file.inline(`[${values}]`, 'int64', [values.length], BigInt64Array.from(values, BigInt));
  }

  private nameOf(value: Value): string {
    return this.aliases.get(value.name) ?? this.draw.resultName(value) ?? value.name;
  }
}
