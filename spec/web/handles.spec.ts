import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { filesOf } from '../../web/handles';
import { painted } from './fakeHandles';

test('a folder is its files, each with its path below it', async () => {
  assert.equal(
    (await filesOf(painted)).map(({ path }) => path),
    ['painted/model_index.json', 'painted/unet/config.json'],
  );
});

test.run();
