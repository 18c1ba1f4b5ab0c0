/**
 * Signs a package: with the keystore that the environment names, else with a debug key made on the spot, which stays in the
 * build folder so that a phone takes the next build as an update.
 *
 *   POCKET_KEYSTORE  POCKET_KEYSTORE_PASSWORD  POCKET_KEY_ALIAS  POCKET_KEY_PASSWORD (where it differs)
 */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { badArgument } from '../../models/commandLine.node';
import { MIN_SDK } from './dex';
import { run } from './tools';

const DEBUG_KEYSTORE = 'dist/apk/debug.keystore';
/** Not a secret: whoever has this key can sign nothing but debug builds. */
const DEBUG_PASSWORD = 'android';

export interface SigningKey {
  readonly keystore: string;
  readonly alias: string;
  readonly password: string;
  readonly keyPassword: string;
  readonly release: boolean;
}

/** The key of `env`, or the debug key's place. `bad-argument` where the environment names a keystore and not the rest. */
export function signingKey(env: NodeJS.ProcessEnv): SigningKey {
  const { POCKET_KEYSTORE: keystore, POCKET_KEY_ALIAS: alias, POCKET_KEYSTORE_PASSWORD: password } = env;
  if (!keystore) {
    return {
      ...{ keystore: DEBUG_KEYSTORE, alias: 'debug' },
      ...{ password: DEBUG_PASSWORD, keyPassword: DEBUG_PASSWORD, release: false },
    };
  }
  if (!alias) throw badArgument('POCKET_KEY_ALIAS', 'the name of the key in POCKET_KEYSTORE', '');
  if (!password) throw badArgument('POCKET_KEYSTORE_PASSWORD', 'the password of POCKET_KEYSTORE', '');
  return { keystore, alias, password, keyPassword: env.POCKET_KEY_PASSWORD ?? password, release: true };
}

/** Signs the file at `apk` in place, by the schemes 2 and 3 (Android 7 and 9). Passwords are handed over in the environment. */
export async function sign(apk: string, key: SigningKey): Promise<void> {
  if (!key.release && !existsSync(key.keystore)) await makeDebugKey(key);
  const words = [
    ...['sign', '--ks', key.keystore, '--ks-key-alias', key.alias],
    ...['--ks-pass', 'env:POCKET_SIGNING_STORE', '--key-pass', 'env:POCKET_SIGNING_KEY'],
    ...['--min-sdk-version', `${MIN_SDK}`, '--v1-signing-enabled', 'false'],
    ...['--v2-signing-enabled', 'true', '--v3-signing-enabled', 'true', '--v4-signing-enabled', 'false', apk],
  ];
  const secrets = { POCKET_SIGNING_STORE: key.password, POCKET_SIGNING_KEY: key.keyPassword };
  await run('apksigner', words, { ...process.env, ...secrets });
}

async function makeDebugKey({ keystore, alias, password }: SigningKey): Promise<void> {
  await mkdir(dirname(keystore), { recursive: true });
  await run('keytool', [
    ...['-genkeypair', '-keystore', keystore, '-storetype', 'PKCS12', '-storepass', password, '-alias', alias],
    ...['-keyalg', 'RSA', '-keysize', '2048', '-validity', '10950', '-dname', 'CN=Pocket Diffusion debug'],
  ]);
}
