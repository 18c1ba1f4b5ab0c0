/** The messages of `onnx.proto` (ONNX 1.16, IR versions 9 and 10) that our graphs consist of, by their field numbers. */
import { bytesField, floatField, intField, intFields, message, stringField } from './protobuf';

/** IR versions of operator sets: 20 is the oldest with `Gelu`, 21 the oldest that quantizes to 16 and to 4 bits. */
const IR_VERSION = { 20: 9, 21: 10 } as const;
/** ONNX Runtime's own operators. */
export const MICROSOFT = 'com.microsoft';

export const ELEMENT_TYPE = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  float16: 10,
  int4: 22,
} as const;
export type ElementType = keyof typeof ELEMENT_TYPE;

export type Attribute = number | { readonly float: number } | readonly number[] | string;

export interface Node {
  readonly op: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** ONNX's own operators where absent. */
  readonly domain?: typeof MICROSOFT;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A tensor of the graph: its bytes, or where they lie in the weights file. */
export interface Initializer {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: Uint8Array | { readonly file: string; readonly offset: number; readonly bytes: number };
}

/** An input or output of the graph. */
export interface Port {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
}

export interface Graph {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly initializers: readonly Initializer[];
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** 20 where absent. */
  readonly opset?: keyof typeof IR_VERSION;
}

/** A serialized `ModelProto`. */
export function encodeModel(graph: Graph): Uint8Array {
  const { opset = 20 } = graph;
  return message(
    intField(1, IR_VERSION[opset]),
    stringField(2, 'pocket-diffusion'),
    bytesField(7, encodeGraph(graph)),
    bytesField(8, message(stringField(1, ''), intField(2, opset))),
    bytesField(8, message(stringField(1, MICROSOFT), intField(2, 1))),
  );
}

const encodeGraph = ({ name, nodes, initializers, inputs, outputs }: Graph): Uint8Array =>
  message(
    ...nodes.map((node) => bytesField(1, encodeNode(node))),
    stringField(2, name),
    ...initializers.map((initializer) => bytesField(5, encodeTensor(initializer))),
    ...inputs.map((port) => bytesField(11, encodePort(port))),
    ...outputs.map((port) => bytesField(12, encodePort(port))),
  );

const encodeNode = ({ op, name, inputs, outputs, attributes, domain }: Node): Uint8Array =>
  message(
    ...inputs.map((input) => stringField(1, input)),
    ...outputs.map((output) => stringField(2, output)),
    stringField(3, name),
    stringField(4, op),
    ...Object.entries(attributes).map(([key, value]) => bytesField(5, encodeAttribute(key, value))),
    ...(domain ? [stringField(7, domain)] : []),
  );

function encodeAttribute(name: string, value: Attribute): Uint8Array {
  const [field, type] = ((): [Uint8Array, number] => {
    if (typeof value === 'number') return [intField(3, value), 2];
    if (typeof value === 'string') return [stringField(4, value), 3];
    if ('float' in value) return [floatField(2, value.float), 1];
    return [intFields(8, value), 7];
  })();
  return message(stringField(1, name), field, intField(20, type));
}

function encodeTensor({ name, type, shape, data }: Initializer): Uint8Array {
  const head = message(intFields(1, shape), intField(2, ELEMENT_TYPE[type]), stringField(8, name));
  if (data instanceof Uint8Array) return message(head, bytesField(9, data));
  const place = { location: data.file, offset: String(data.offset), length: String(data.bytes) };
  const entries = Object.entries(place).map(([key, text]) =>
    bytesField(13, message(stringField(1, key), stringField(2, text))),
  );
  return message(head, ...entries, intField(14, 1));
}

function encodePort({ name, type, shape }: Port): Uint8Array {
  const sizes = message(...shape.map((size) => bytesField(1, intField(1, size))));
  const tensor = message(intField(1, ELEMENT_TYPE[type]), bytesField(2, sizes));
  return message(stringField(1, name), bytesField(2, bytesField(1, tensor)));
}
