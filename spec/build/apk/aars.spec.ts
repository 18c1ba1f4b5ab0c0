/** Libraries that a person downloaded: what belongs together is taken, the rest refused. The archives here are made up. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ortVersion, qnnVersion, readAars } from '../../../build/apk/aars';
import { writeZip } from '../../../build/apk/zip';
import { QAIRT } from '../../../build/qnn/emulator';
import { rejects } from '../../models/rejects';

const VERSION = '1.2.3';
const VERSIONS = { ort: VERSION, qnn: '2.51.0' };
const bytes = (words: string): Uint8Array => Buffer.from(words, 'latin1');
const zip = (files: Record<string, Uint8Array>): Buffer => writeZip(new Map(Object.entries(files)), () => false);
const JAR = zip({ 'ai/onnxruntime/OrtSession.class': bytes('class') });
const ORT = {
  'AndroidManifest.xml': bytes('<manifest/>'),
  'classes.jar': JAR,
  'jni/arm64-v8a/libonnxruntime.so': bytes(`elf\0${VERSION}\0more`),
  'jni/arm64-v8a/libonnxruntime4j_jni.so': bytes('jni'),
  'jni/x86_64/libonnxruntime.so': bytes('another platform'),
};
const QNN = {
  'classes.jar': JAR,
  'jni/arm64-v8a/libQnnHtp.so': bytes('elf\0v2.51.0.260929181845\0more'),
  'jni/arm64-v8a/libQnnSystem.so': bytes('system'),
  'jni/arm64-v8a/libQnnHtpV73Skel.so': bytes('skel'),
};

const test = suite<{ folder: string }>('aars');
test.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'aars-'));
});
test.after.each(({ folder }) => rm(folder, { recursive: true }));

const without = (files: Record<string, Uint8Array>, name: string): Record<string, Uint8Array> =>
  Object.fromEntries(Object.entries(files).filter(([each]) => each !== name));

test('the version is the one of the bridge, in digits', async () => {
  assert.match(await ortVersion(), /^\d+\.\d+\.\d+$/);
  // What `npm run test:qnn` compiles with, and what the app then reads.
  assert.is(await qnnVersion(), QAIRT);
});

test('classes and natives of 64-bit ARM are taken', async ({ folder }) => {
  await writeFile(join(folder, `onnxruntime-android-${VERSION}.aar`), zip(ORT));
  await writeFile(join(folder, 'readme.txt'), '');
  const { classes, natives, qnn } = await readAars(folder, VERSIONS);
  assert.equal(
    classes.map(({ name, jar }) => [name, Buffer.from(jar).equals(JAR)]),
    [[`onnxruntime-android-${VERSION}.jar`, true]],
  );
  assert.equal([...natives.keys()], ['lib/arm64-v8a/libonnxruntime.so', 'lib/arm64-v8a/libonnxruntime4j_jni.so']);
  assert.is(qnn, undefined);
});

test("with Qualcomm's runtime, whose classes are not needed", async ({ folder }) => {
  await writeFile(join(folder, `onnxruntime-android-qnn-${VERSION}.aar`), zip(ORT));
  await writeFile(join(folder, 'qnn-runtime-2.51.0.aar'), zip(QNN));
  const { classes, natives, qnn } = await readAars(folder, VERSIONS);
  assert.is(classes.length, 1);
  assert.is(natives.size, 5);
  assert.ok(natives.has('lib/arm64-v8a/libQnnHtpV73Skel.so'));
  assert.is(qnn, '2.51.0');
});

test('androidx.webkit is taken by itself and beside the others, if it is what its name says', async ({ folder }) => {
  const name = 'webkit-1.18.0.aar';
  const webkit = { 'classes.jar': zip({ 'androidx/webkit/WebViewCompat.class': bytes('class') }) };
  await writeFile(join(folder, name), zip(webkit));
  const alone = await readAars(folder, VERSIONS);
  assert.equal(
    [alone.ort, alone.natives.size, alone.classes.map((each) => each.name)],
    [false, 0, ['webkit-1.18.0.jar']],
  );
  await writeFile(join(folder, `onnxruntime-android-${VERSION}.aar`), zip(ORT));
  const both = await readAars(folder, VERSIONS);
  assert.equal([both.ort, both.natives.size, both.classes.length], [true, 2, 2]);
  await writeFile(join(folder, name), zip({ 'classes.jar': JAR }));
  await rejects(() => readAars(folder, VERSIONS), 'bad-model', name, 'androidx/webkit/WebViewCompat.class');
});

test("the plain ONNX Runtime beside Qualcomm's runtime is refused: it cannot use it", async ({ folder }) => {
  await writeFile(join(folder, `onnxruntime-android-${VERSION}.aar`), zip(ORT));
  await writeFile(join(folder, 'qnn-runtime-2.51.0.aar'), zip(QNN));
  const plain = `onnxruntime-android-${VERSION}.aar`;
  await rejects(() => readAars(folder, VERSIONS), 'bad-model', plain, 'onnxruntime-android-qnn', 'the plain one');
});

test('another version is refused, in the name or in the library', async ({ folder }) => {
  const other = join(folder, 'onnxruntime-android-1.2.4.aar');
  await writeFile(other, zip(ORT));
  await rejects(() => readAars(folder, VERSIONS), 'bad-model', '1.2.4.aar', 'version 1.2.3', 'got 1.2.4');
  await rm(other);
  const renamed = { ...ORT, 'jni/arm64-v8a/libonnxruntime.so': bytes('elf\x001.2.4\0 1.2.3') };
  await writeFile(join(folder, `onnxruntime-android-${VERSION}.aar`), zip(renamed));
  await rejects(() => readAars(folder, VERSIONS), 'bad-model', 'libonnxruntime.so', 'version 1.2.3', 'another');
});

test("another version of Qualcomm's runtime is refused, in the name or in the library", async ({ folder }) => {
  await writeFile(join(folder, `onnxruntime-android-qnn-${VERSION}.aar`), zip(ORT));
  const other = join(folder, 'qnn-runtime-2.50.0.aar');
  await writeFile(other, zip(QNN));
  await rejects(() => readAars(folder, VERSIONS), 'bad-model', '2.50.0.aar', 'version 2.51.0', 'got 2.50.0');
  await rm(other);
  const renamed = { ...QNN, 'jni/arm64-v8a/libQnnHtp.so': bytes('elf\0v2.50.0.251\0v2.51.01.1') };
  await writeFile(join(folder, 'qnn-runtime-2.51.0.aar'), zip(renamed));
  await rejects(() => readAars(folder, VERSIONS), 'bad-model', 'libQnnHtp.so', 'version 2.51.0', 'another');
});

test('what lacks a part is refused with its name', async ({ folder }) => {
  const aar = join(folder, `onnxruntime-android-${VERSION}.aar`);
  for (const name of Object.keys(ORT).slice(1, 4)) {
    await writeFile(aar, zip(without(ORT, name)));
    await rejects(() => readAars(folder, VERSIONS), 'bad-model', name);
  }
  await writeFile(aar, zip({ ...ORT, 'classes.jar': zip({ 'a/B.class': bytes('class') }) }));
  await rejects(() => readAars(folder, VERSIONS), 'bad-model', 'ai/onnxruntime/OrtSession.class');
  await writeFile(aar, zip(ORT));
  await writeFile(join(folder, 'qnn-runtime-2.51.0.aar'), zip(without(QNN, 'jni/arm64-v8a/libQnnHtp.so')));
  await rejects(() => readAars(folder, VERSIONS), 'bad-model', 'qnn-runtime-2.51.0.aar', 'libQnnHtp.so');
});

test('nothing to compute with, a stranger, two of a kind, no archive', async ({ folder }) => {
  await rejects(() => readAars(folder, VERSIONS), 'bad-model', 'onnxruntime-android-VERSION.aar');
  await writeFile(join(folder, 'qnn-runtime-2.51.0.aar'), zip(QNN));
  await rejects(() => readAars(folder, VERSIONS), 'bad-model', 'got qnn-runtime-2.51.0.aar');
  await writeFile(join(folder, `onnxruntime-android-${VERSION}.aar`), zip(ORT));
  await writeFile(join(folder, `onnxruntime-android-qnn-${VERSION}.aar`), zip(ORT));
  await rejects(() => readAars(folder, VERSIONS), 'bad-model', 'a second one');
  await rm(join(folder, `onnxruntime-android-qnn-${VERSION}.aar`));
  await writeFile(join(folder, 'browser-1.8.0.aar'), zip(ORT));
  await rejects(() => readAars(folder, VERSIONS), 'bad-model', 'browser-1.8.0.aar', 'another library');
  await rm(join(folder, 'browser-1.8.0.aar'));
  await writeFile(join(folder, `onnxruntime-android-${VERSION}.aar`), 'half of it');
  await rejects(() => readAars(folder, VERSIONS), 'bad-model', 'a zip archive');
});

test.run();
