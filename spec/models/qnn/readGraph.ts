/** An ONNX model read back by the field numbers of `onnx.proto`, as far as specs look at it. */
export interface ReadGraph {
  readonly nodes: readonly { op: string; inputs: readonly string[]; outputs: readonly string[] }[];
  /** Element type by `onnx.proto`'s number, sizes, and where the bytes lie if outside. */
  readonly constants: ReadonlyMap<string, { type: number; shape: readonly number[]; external: Record<string, string> }>;
}

type Field = { readonly field: number; readonly value: number | Uint8Array };

export function readGraph(model: Uint8Array): ReadGraph {
  const graph = fieldsOf(bytesOf(fieldsOf(model), 7)[0]!);
  const nodes = bytesOf(graph, 1).map((bytes) => {
    const node = fieldsOf(bytes);
    return { op: texts(node, 4)[0]!, inputs: texts(node, 1), outputs: texts(node, 2) };
  });
  const constants = bytesOf(graph, 5).map((bytes) => {
    const tensor = fieldsOf(bytes);
    const external = bytesOf(tensor, 13).map((entry) => [texts(fieldsOf(entry), 1)[0]!, texts(fieldsOf(entry), 2)[0]!]);
    const [type] = numbers(tensor, 2);
    return [
      texts(tensor, 8)[0]!,
      { type: type!, shape: numbers(tensor, 1), external: Object.fromEntries(external) as Record<string, string> },
    ] as const;
  });
  return { nodes, constants: new Map(constants) };
}

const bytesOf = (fields: readonly Field[], number: number): Uint8Array[] =>
  fields.flatMap(({ field, value }) => (field === number && typeof value !== 'number' ? [value] : []));
const texts = (fields: readonly Field[], number: number): string[] =>
  bytesOf(fields, number).map((bytes) => new TextDecoder().decode(bytes));
const numbers = (fields: readonly Field[], number: number): number[] =>
  fields.flatMap(({ field, value }) => (field === number && typeof value === 'number' ? [value] : []));

function fieldsOf(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = bytes[at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    if (tag % 8 === 0) fields.push({ field, value: varint() });
    else {
      const length = tag % 8 === 5 ? 4 : varint();
      fields.push({ field, value: bytes.subarray(at, at + length) });
      at += length;
    }
  }
  return fields;
}
