import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { reopened } from '../../web/reopened';
import type { Freeable } from '../../workers/api';
import { asked, file, painted } from './fakeHandles';

const left = (handles: Freeable['handles'], options: Freeable['options'] = {}): Freeable => ({
  ...{ kind: 'import', key: 'k', name: 'n', bytes: 1, since: 0, options },
  ...(handles ? { handles } : {}),
});

test('what is opened again is asked for, each file in its place, LoRAs with their weights', async () => {
  asked.length = 0;
  const handles = { source: painted, loras: [file('a'), file('b')], vae: file('v') };
  const options = {
    loras: [
      { name: 'a', weight: 0 },
      { name: 'b', weight: -0.5 },
    ],
    ...({ vae: 'v', predictionType: 'v_prediction', weights: 'int8' } as const),
  } as const;
  const [files, again] = await reopened(left(handles, options));
  assert.equal(asked, ['read painted', 'read a', 'read b', 'read v']);
  assert.is(files.length, 2);
  const { loras, vae, handle, ...rest } = again;
  assert.equal(
    loras!.map((lora) => [lora.file.path, lora.weight]),
    [
      ['a', 0],
      ['b', -0.5],
    ],
  );
  assert.equal([vae!.path, handle, rest], ['v', painted, { predictionType: 'v_prediction', weights: 'int8' }]);
});

test('one denial, or a file that is gone, and nothing is opened', async () => {
  for (const handles of [
    { source: file('x'), loras: [file('secret', 'denied')] },
    { source: { ...file('x'), getFile: () => Promise.reject(new Error('NotFoundError')) }, loras: [] },
  ]) {
    await reopened(left(handles, { loras: [{ name: 'secret', weight: 1 }] })).then(
      () => assert.unreachable(),
      (error) => assert.match(error.message, /secret|NotFoundError/),
    );
  }
});

test.run();
