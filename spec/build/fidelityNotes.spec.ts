/** What `npm run fidelity` says of references that are ambiguous. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fidelityCases } from '../../build/fidelity';
import { AMBIGUITIES, marksOf, notesUnder } from '../../build/fidelityNotes';
import { fromRoot } from '../root';

const cases = await fidelityCases(fromRoot('.'));
const marks = (name: string): string => marksOf(cases.find((each) => each.name === name)!);

test('every note is of some picture, by a mark of its own, and its table counts them', () => {
  assert.is(new Set(AMBIGUITIES.map(({ mark }) => mark)).size, AMBIGUITIES.length);
  const lines = notesUnder(cases).filter((line) => line.startsWith('  '));
  assert.is(lines.length, AMBIGUITIES.length);
  const counted = lines.map((line) => Number(/\((\d+)\)$/.exec(line)![1]));
  const marked = cases.reduce((sum, each) => sum + marksOf(each).length, 0);
  assert.is(
    counted.reduce((sum, count) => sum + count),
    marked,
  );
  // Of one whose reference is diffusers' alone nothing is said but what has no reference at all.
  assert.equal(notesUnder(cases.filter(({ name }) => name === 'euler-square')).length, 1);
});

test('the pictures that two programs draw otherwise, or none, are marked, and no others of their kind', () => {
  for (const [name, expected] of [
    ['euler-square', ''],
    ['euler-karras', ''],
    ['euler_a-square', ''],
    ['euler_a-karras', 'a'],
    ['euler_a-sgm_uniform', 'ab'],
    ['dpmpp_2m-sgm_uniform', 'b'],
    ['dpmpp_2m-align_your_steps', 'c'],
    ['dpmpp_2m-ays-10', ''],
    ['dpmpp_2m_sde-square', 'd'],
    ['dpmpp_sde-square', ''],
    ['dpmpp_3m_sde-karras', 'de'],
    ['pndm-from', 'f'],
    ['pndm-into-all', ''],
    ['dpmpp_2m-philox', 'g'],
    ['dpmpp_2m-variation', 'g'],
    ['euler_a-torch-third-of-three', ''],
    ['euler_a-weights', 'h'],
    ['euler-and', 'h'],
    ['pndm-hires', 'fi'],
    ['ddim-into-noise', 'j'],
    ['euler-mimic', 'k'],
    ['euler-interval', ''],
  ] as const)
    assert.is(marks(name), expected, name);
});

test.run();
