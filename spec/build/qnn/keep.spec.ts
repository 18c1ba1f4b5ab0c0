/** Compiled graphs for phones: of a version of ONNX that the app's ONNX Runtime reads. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readableByOlder } from '../../../build/qnn/keep';
import { encodeModel } from '../../../models/graph/onnx/onnxModel';
import { rejects } from '../../models/rejects';

const ours = encodeModel({ name: 'x', nodes: [], initializers: [], inputs: [], outputs: [], opset: 21 });

test('a version that is too new becomes that of our own graphs, and nothing else is another', () => {
  const newer = Uint8Array.from(ours);
  newer[1] = 14;
  const older = readableByOlder('x.onnx', newer);
  assert.is(older[1], ours[1]);
  assert.equal([...older].toSpliced(1, 1), [...newer].toSpliced(1, 1));
});

test('an older one stays as it is', () => {
  const older = Uint8Array.of(0x08, 8, 0x12, 0);
  assert.equal(readableByOlder('x.onnx', older), older);
});

test('what does not begin with its version is refused', async () => {
  for (const bytes of [[], [0x08], [0x12, 10], [0x08, 0], [0x08, 0x8e, 0x01]])
    await rejects(
      () => readableByOlder('x.onnx', Uint8Array.from(bytes)),
      'bad-model',
      'x.onnx',
      'begins with its version',
    );
});

test.run();
