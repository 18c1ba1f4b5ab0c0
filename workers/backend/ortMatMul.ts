/** Products of matrices in ONNX Runtime: for what plain JavaScript is too slow for. */
import { encodeModel, type Port } from '../../models/graph/onnx/onnxModel';
import type { MatMul } from '../../models/quantize/matrix/matMul';
import type { OrtLibrary } from './ort';

/** Of any length: ONNX Runtime takes a negative dimension for one that is not known. */
const anyMatrix = (name: string): Port => ({ name, type: 'float32', shape: [-1, -1] });

export async function ortMatMul(ort: OrtLibrary): Promise<MatMul> {
  const graph = encodeModel({
    name: 'product',
    nodes: [{ op: 'MatMul', name: 'product', inputs: ['a', 'b'], outputs: ['c'], attributes: {} }],
    initializers: [],
    inputs: [anyMatrix('a'), anyMatrix('b')],
    outputs: [anyMatrix('c')],
  });
  const session = await ort.InferenceSession.create(graph);
  return async (a, b, m, k, n) => {
    const feeds = { a: new ort.Tensor('float32', a, [m, k]), b: new ort.Tensor('float32', b, [k, n]) };
    const { c } = await session.run(feeds);
    const product = c!.data as Float32Array<ArrayBuffer>;
    c!.dispose();
    return product;
  };
}
