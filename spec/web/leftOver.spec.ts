import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { interrupted, leftOver } from '../../web/leftOver';
import { INITIAL, reduce } from '../../web/reducer';
import type { Freeable } from '../../workers/api';

const remote = { name: 'x', urls: ['https://x'] };
const thing = (kind: Freeable['kind'], key: string): Freeable => ({
  ...{ kind, key, name: key, bytes: 1, since: 0 },
  ...(kind === 'download' ? { remote } : {}),
});
const freeable = [thing('download', 'd'), thing('import', 'i'), thing('discarded', 'm')];
const storage = { persisted: false, models: 0, freeable };
const keys = (things: readonly Freeable[]) => things.map(({ key }) => key);

test('nothing is known before the engine has answered', () => {
  assert.equal(leftOver(INITIAL), []);
});

test('a paused download of this visit is a job, and not left over', () => {
  assert.equal(keys(leftOver({ ...INITIAL, storage })), ['d', 'i', 'm']);
  const order = { id: 1, kind: 'download', name: 'x', remote } as const;
  assert.equal(keys(leftOver(reduce({ ...INITIAL, storage }, { type: 'job', order }, 0))), ['i', 'm']);
});

test('what was cut off is what can go on; a download that was being converted is there once, and once it is freed its import', () => {
  const converting = { ...thing('import', 'half'), remote };
  const all = { ...storage, freeable: [...freeable, converting] };
  assert.equal(keys(interrupted({ ...INITIAL, storage: all })), ['d', 'i']);
  assert.equal(keys(interrupted({ ...INITIAL, storage: { ...storage, freeable: [converting] } })), ['half']);
});

test.run();
