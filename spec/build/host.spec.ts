/** What `npm run host` takes. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readArguments } from '../../build/host';
import { rejects } from '../models/rejects';

test('folders, origins, a port', () => {
  assert.equal(
    readArguments(['a', 'b', '--origin', 'https://x.org', '--origin', 'http://localhost:1', '--port', '7']),
    {
      folders: ['a', 'b'],
      origins: ['https://x.org', 'http://localhost:1'],
      port: 7,
    },
  );
  assert.equal(readArguments(['a']), { folders: ['a'], origins: ['http://localhost:8080'], port: 0 });
});

test('what is no folder, no origin, no port', async () => {
  await rejects(() => readArguments([]), 'bad-argument', 'DIR');
  for (const origin of ['localhost', 'http://localhost:80', 'http://x.org/', 'http://x.org/page', '*'])
    await rejects(() => readArguments(['a', '--origin', origin]), 'bad-argument', '--origin', origin);
  for (const port of ['-1', '65536', 'x'])
    await rejects(() => readArguments(['a', '--port', port]), 'bad-argument', '--port');
});

test.run();
