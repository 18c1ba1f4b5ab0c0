import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { opensAgain } from '../../workers/opensAgain';

test('networks are opened again for a second picture, a second pass, or a cut beside the whole', () => {
  for (const request of [
    { numImages: 2 },
    { hiresScale: 1.5 },
    { hiresSize: { width: 64, height: 64 } },
    { cacheInterval: 2 },
  ])
    assert.ok(opensAgain(request), JSON.stringify(request));
  for (const request of [{}, { numImages: 1 }, { numImages: 4, only: 2 }, { cacheInterval: 1 }])
    assert.not(opensAgain(request), JSON.stringify(request));
});

test.run();
