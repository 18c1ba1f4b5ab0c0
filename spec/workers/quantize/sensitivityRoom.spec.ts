/** Whether there is room to measure what four bits cost, before anything is opened. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SD15 } from '../../../build/bench/sd15Description';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { parametersOf } from '../../../models/graph/parameters';
import type { TensorSource } from '../../../models/tensorSource';
import { parseArguments } from '../../../workers/quantize/arguments.node';
import { chosenSensitivity, sensitivityBytes } from '../../../workers/quantize/sensitivityRoom';
import { randomModel } from '../../models/randomModel';
import { rejects } from '../../models/rejects';

const HEAP = 4 * 1024 ** 3;
const shapes = new Map(parametersOf(SD15, 'unet').map(({ name, shape }) => [name, shape]));
const count = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
/** Nothing of it is read. */
const full: TensorSource = {
  name: 'sd15',
  names: () => [...shapes.keys()],
  info: (name) => ({ dtype: 'F16', shape: shapes.get(name)!, bytes: 2 * count(shapes.get(name)!) }),
  read: () => Promise.reject(new Error('no weight is read')),
};
const neededFull = () =>
  sensitivityBytes({ description: SD15, weights: () => full }, { batch: 1, height: 64, width: 64 });

const asked = (...words: string[]) => parseArguments(['model', '--out', 'made', '--format', 'w4a16', ...words]);
const chosen = (given: ReturnType<typeof asked>, needed = neededFull) => chosenSensitivity(given, needed, () => HEAP);

test('a full-size UNet takes four bytes for each weight and more, which one heap has not', () => {
  const weights = [...shapes.values()].reduce((sum, shape) => sum + 4 * count(shape), 0);
  assert.ok(neededFull() > weights * 1.1 && neededFull() < weights * 3, `${neededFull()} of ${weights}`);
  assert.ok(neededFull() > HEAP);
});

test('where nobody asked for it, the layers’ own errors do, and why is told', () => {
  const { calls, note = '' } = chosen(asked());
  assert.is(calls, 0);
  assert.ok(note.includes('--sensitivity 0') && note.includes('4.3 GB') && note.includes('--engine native'), note);
});

test('where it was asked for it is refused before anything is opened', () =>
  rejects(() => chosen(asked('--sensitivity', '2')), 'bad-argument', '--sensitivity', '--engine native', 'got 2'));

test('where there is room, or nothing to measure, it is as it was asked', async () => {
  assert.equal(chosen(asked('--engine', 'native')), { calls: 4 });
  assert.equal(chosen(asked('--sensitivity', '0')), { calls: 0 });
  assert.equal(chosen(asked('--format', 'w8a16')), { calls: 4 });
  const small = await openDiffusersFolder(await randomModel('A'));
  const needed = () => sensitivityBytes(small, { batch: 1, height: 6, width: 5 });
  assert.equal(chosen(asked('--sensitivity', '3'), needed), { calls: 3 });
  assert.equal(chosen(asked(), needed), { calls: 4 });
});

test.run();
