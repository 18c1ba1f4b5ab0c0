/** Whose key a package is signed with. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { signingKey } from '../../../build/apk/sign';
import { rejects } from '../../models/rejects';

const RELEASE = { POCKET_KEYSTORE: 'a.p12', POCKET_KEY_ALIAS: 'me', POCKET_KEYSTORE_PASSWORD: 'secret' };

test('the debug key unless the environment names another', () => {
  assert.is(signingKey({}).release, false);
  assert.is(signingKey({ POCKET_KEYSTORE: '' }).release, false);
  const key = { keystore: 'a.p12', alias: 'me', password: 'secret', keyPassword: 'secret', release: true };
  assert.equal(signingKey(RELEASE), key);
  assert.equal(signingKey({ ...RELEASE, POCKET_KEY_PASSWORD: 'other' }), { ...key, keyPassword: 'other' });
});

test('half of what a release needs is refused', async () => {
  for (const name of ['POCKET_KEY_ALIAS', 'POCKET_KEYSTORE_PASSWORD'] as const) {
    await rejects(() => signingKey({ ...RELEASE, [name]: '' }), 'bad-argument', name);
  }
});

test.run();
