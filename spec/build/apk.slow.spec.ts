/**
 * The Android package, built for real: the same twice, and with libraries of ONNX Runtime put in; then what is in its dex
 * speaks the protocol: the core's tests pass with the classes that come back out of it.
 */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { APK, main } from '../../build/apk';
import { ABI, ortVersion } from '../../build/apk/aars';
import { classesNewerThan } from '../../build/apk/dex';
import { ensureAndroidTools, run } from '../../build/apk/tools';
import { testCore, undex } from '../../build/apk/undex';
import { readZip, writeZip } from '../../build/apk/zip';
import { ensureMaven, maven } from '../../build/host/maven';

/** An archive like the one for Android: the desktop's classes, which are the same, and libraries that only have a version. */
async function madeUpAar(folder: string): Promise<void> {
  const version = await ortVersion();
  const classpath = (await readFile('bridge-android/host/target/classpath', 'utf8')).trim().split(delimiter);
  const jar = classpath.find((path) => path.endsWith(`onnxruntime-${version}.jar`))!;
  const classes = readZip(await readFile(jar), jar).filter(({ path }) => path.endsWith('.class'));
  const files = new Map<string, Uint8Array>([
    ['classes.jar', writeZip(new Map(classes.map(({ path, bytes }) => [path, bytes])), () => false)],
    [`jni/${ABI}/libonnxruntime.so`, Buffer.from(`\0${version}\0`)],
    [`jni/${ABI}/libonnxruntime4j_jni.so`, Buffer.from('jni')],
  ]);
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, `onnxruntime-android-${version}.aar`),
    writeZip(files, () => false),
  );
}

/** An archive like androidx's: the names alone that the app calls. */
async function madeUpWebkit(folder: string): Promise<void> {
  const jar = 'bridge-android/webkit-names/target/webkit-names-0.1.0.jar';
  const classes = readZip(await readFile(jar), jar).filter(({ path }) => path.endsWith('.class'));
  const files = new Map([
    ['classes.jar', writeZip(new Map(classes.map(({ path, bytes }) => [path, bytes])), () => false)],
  ]);
  await writeFile(
    join(folder, 'webkit-1.18.0.aar'),
    writeZip(files, () => false),
  );
}

/** Where Maven has put androidx.webkit; undefined where its registry has none. */
async function fetchedWebkit(): Promise<string | undefined> {
  const { code, output } = await maven('package', '--file', 'dexing', '--activate-profiles', 'androidx');
  assert.ok(code === 0 || /Could not find artifact|Could not transfer artifact/.test(output), output);
  return code === 0 ? 'bridge-android/dexing/target/androidx' : undefined;
}

test.before(async () => {
  ensureMaven();
  ensureAndroidTools();
  // Where ONNX Runtime's jar lies.
  const { code, output } = await maven('package', '-DskipTests', '-pl', 'host', '-am');
  assert.is(code, 0, output);
});

test('what is newer than the lowest Android is named only where the version is asked for', async () => {
  const { code, output } = await maven(
    'package',
    '-pl',
    'app',
    '-am',
    '-Dtest=MediaTypes',
    '-Dsurefire.failIfNoSpecifiedTests=false',
  );
  assert.is(code, 0, output);
  const lowest = 'bridge-android/app/target/sdk/android-all-instrumented-9-robolectric-4913185-2-i7.jar';
  const jars = ['core', 'app'].map((name) => `bridge-android/${name}/target/${name}-0.1.0.jar`);
  const classes = (await classesNewerThan(resolve(lowest), jars, 'dist/apk')).map((name) => name.split('.').at(-1));
  assert.equal(classes, ['EdgeToEdge', 'Exits', 'Phone', 'SavedFile']);
  for (const name of classes) {
    const source = await readFile(`bridge-android/app/src/main/java/pocketdiffusion/app/${name}.java`, 'utf8');
    assert.ok(source.includes('Build.VERSION.SDK_INT'), name);
  }
});

test('with libraries, their classes are in the dex and the natives beside it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'aar-'));
  try {
    await madeUpAar(folder);
    await madeUpWebkit(folder);
    assert.is(await main(['--aar', folder]), 0);
  } finally {
    await rm(folder, { recursive: true });
  }
  const badging = await run('aapt2', ['dump', 'badging', APK]);
  assert.match(badging, "native-code: 'arm64-v8a'");
  const dump = await run('dexdump', ['dist/apk/classes.dex']);
  for (const name of ['ai/onnxruntime/OrtSession', 'pocketdiffusion/ort/OrtEngine', 'androidx/webkit/Profile'])
    assert.match(dump, `'L${name};'`);
});

test('with androidx.webkit as it is, where a registry has it: all that the app calls of it is there', async () => {
  const folder = await fetchedWebkit();
  if (folder === undefined) {
    console.log('androidx.webkit is on no registry here');
    return;
  }
  assert.is(await main(['--profile', 'androidx']), 0);
  const dump = await run('dexdump', ['dist/apk/classes.dex']);
  for (const name of ['androidx/webkit/internal/WebViewProviderAdapter', 'pocketdiffusion/app/PageObject'])
    assert.match(dump, `'L${name};'`);
});

test('without, it is the same package twice, and the only one', async () => {
  assert.is(await main(['--twice']), 0);
  const paths = readZip(await readFile(APK), APK).map(({ path }) => path);
  assert.ok(!paths.some((path) => path.startsWith('lib/')));
  assert.not.match(await run('dexdump', ['dist/apk/classes.dex']), "Class descriptor  : 'Landroidx/");
  const found = await readdir('.', { recursive: true });
  assert.equal(
    found.filter((path) => path.endsWith('.apk') && !path.includes('node_modules')),
    [APK],
  );
});

test('what a phone would run passes the tests of the protocol', async () => {
  await undex(APK, 'dist/apk/undexed');
  const said = await testCore('dist/apk/undexed');
  assert.ok(Number(/OK \((\d+) tests\)/.exec(said)?.[1]) > 150, said);
});

test('words that the command does not know', async () => {
  assert.is(await main(['--twise']), 2);
  assert.is(await main(['word']), 2);
  assert.is(await main(['--profile', 'other']), 2);
  assert.is(await main(['--profile', 'ort', '--aar', '.']), 2);
  assert.is(await main(['--aar', 'spec']), 2);
});

test.run();
