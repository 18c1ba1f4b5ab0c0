/** What is noticed in a finished package: one fault for each thing that is wrong, none in one that is right. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BUDGET_BYTES, type Expected, faultsOf, PERMISSIONS, type Said, sizesOf } from '../../../build/apk/contents';
import { readZip, writeZip } from '../../../build/apk/zip';

const bytes = (words: string): Uint8Array => Buffer.from(words, 'utf8');
const PAGE = new Map([
  ['index.html', bytes('<html>')],
  ['ort/a.wasm', bytes('wasm')],
  ['demo/unet.safetensors', bytes('weights')],
]);
const NATIVE = 'lib/arm64-v8a/libonnxruntime.so';
const FILES = new Map([
  ['AndroidManifest.xml', bytes('xml')],
  ['classes.dex', bytes('dex')],
  [NATIVE, bytes('elf')],
  ...[...PAGE].map(([path, contents]) => [`assets/web/${path}`, contents] as const),
]);
const EXPECTED: Expected = { classes: ['a/B.class', 'a/B$C.class'], page: PAGE, natives: [NATIVE] };
const SAID: Said = {
  badging: [
    "package: name='pocketdiffusion.app' versionCode='1' versionName='0.1.0' platformBuildVersionName=''",
    "sdkVersion:'28'",
    "targetSdkVersion:'33'",
    ...PERMISSIONS.map((name) => `uses-permission: name='${name}'`),
    "application-label:'Pocket Diffusion'",
    "application-label-zh:'Pocket Diffusion'",
    "launchable-activity: name='pocketdiffusion.app.MainActivity'  label='' icon=''",
    "native-code: 'arm64-v8a'",
  ].join('\n'),
  verified: [
    'Verifies',
    'Verified using v2 scheme (APK Signature Scheme v2): true',
    'Verified using v3 scheme (APK Signature Scheme v3): true',
  ].join('\n'),
  dexdump: "  Class descriptor  : 'La/B;'\n  Class descriptor  : 'La/B$C;'\n invoke-virtual {v0}\n",
};

const pack = (files: ReadonlyMap<string, Uint8Array>): Uint8Array => writeZip(files, () => true);
const faults = (files = FILES, said: Partial<Said> = {}, expected: Partial<Expected> = {}): string[] =>
  faultsOf(pack(files), { ...SAID, ...said }, { ...EXPECTED, ...expected });
const except = (path: string) => new Map([...FILES].filter(([each]) => each !== path));
const badging = (from: string, to: string): Partial<Said> => {
  assert.ok(SAID.badging.includes(from), from);
  return { badging: SAID.badging.replace(from, to) };
};

test('a package that is right has no fault', () => assert.equal(faults(), []));

test('classes that are not in the dex', () => {
  assert.equal(faults(FILES, {}, { classes: [...EXPECTED.classes, 'ai/onnxruntime/OrtSession.class'] }), [
    'ai/onnxruntime/OrtSession.class is not in the dex',
  ]);
  assert.equal(faults(FILES, { dexdump: '' }).length, 2);
  assert.equal(faults(FILES, {}, { classes: [] }), ['no class is expected']);
  // Whatever lies beside the package on the disk.
  assert.equal(faults(except('classes.dex')), ['classes.dex is missing']);
});

test('calls that Android cannot make, or must not', () => {
  const dynamic = `${SAID.dexdump} invoke-custom {v1}, call_site@0\n invoke-custom/range {}\n`;
  assert.equal(faults(FILES, { dexdump: dynamic }), ['2 calls that need a LambdaMetafactory, which Android has not']);
  const injected = `${SAID.dexdump} invoke-virtual {v0}, Landroid/webkit/WebView;.addJavascriptInterface:\n`;
  assert.equal(faults(FILES, { dexdump: injected }), ['addJavascriptInterface is called']);
  const named = `${SAID.dexdump} name : 'addJavascriptInterface'\n`;
  assert.equal(faults(FILES, { dexdump: named }), []);
  for (const type of [
    'java/net/ServerSocket',
    'java/nio/channels/ServerSocketChannel',
    'java/nio/channels/AsynchronousServerSocketChannel',
  ]) {
    const listening = `${SAID.dexdump} invoke-direct {v0}, L${type};.<init>:(I)V\n`;
    assert.equal(faults(FILES, { dexdump: listening }), ['it can listen on the network'], type);
  }
});

test('a page that is not whole, is another one, or has more', () => {
  assert.equal(faults(except('assets/web/ort/a.wasm')), ['assets/web/ort/a.wasm is missing']);
  assert.equal(faults(new Map([...FILES, ['assets/web/index.html', bytes('<HTML>')]])), [
    'assets/web/index.html is another file',
  ]);
  assert.equal(faults(new Map([...FILES, ['assets/web/main.js.br', bytes('x')]])), [
    'assets/web/main.js.br is not of the page',
  ]);
  const page = new Map([...PAGE].filter(([path]) => path !== 'index.html'));
  assert.equal(faults(except('assets/web/index.html'), {}, { page }), ['the page has no index.html']);
});

test('natives that are missing, too many, or for another processor', () => {
  assert.equal(faults(except(NATIVE)), [`${NATIVE} is missing`]);
  assert.equal(faults(new Map([...FILES, ['lib/x86/libx.so', bytes('x')]])), ['lib/x86/libx.so is not expected']);
  assert.equal(faults(FILES, badging("native-code: 'arm64-v8a'", "native-code: 'arm64-v8a' 'x86'")), [
    "the natives are for 'arm64-v8a' 'x86'",
  ]);
});

test('permissions are exactly those', () => {
  const camera = "uses-permission: name='android.permission.CAMERA'";
  assert.equal(faults(FILES, { badging: `${SAID.badging}\n${camera}` }), ['android.permission.CAMERA is asked for']);
  assert.equal(faults(FILES, badging("uses-permission: name='android.permission.WAKE_LOCK'\n", '')), [
    'android.permission.WAKE_LOCK is not asked for',
  ]);
});

test('another name, another system, no screen, a build for debugging', () => {
  for (const [from, to] of [
    ["name='pocketdiffusion.app' ", "name='pocketdiffusion.other' "],
    ["\nsdkVersion:'28'", "\nsdkVersion:'29'"],
    ["targetSdkVersion:'33'", "targetSdkVersion:'32'"],
    ['launchable-activity', 'activity'],
    ["application-label-zh:'Pocket Diffusion'", ''],
  ] as const) {
    assert.is(faults(FILES, badging(from, to)).length, 1, from);
  }
  assert.equal(faults(FILES, { badging: `${SAID.badging}\napplication-debuggable` }), ['it is debuggable']);
});

test('signatures of both schemes', () => {
  for (const scheme of ['v2', 'v3']) {
    const verified = SAID.verified.replace(`Scheme ${scheme}): true`, `Scheme ${scheme}): false`);
    assert.is(faults(FILES, { verified }).length, 1, scheme);
  }
});

test('the budget counts neither natives nor the demo model', () => {
  const large = new Uint8Array(BUDGET_BYTES);
  assert.equal(
    faults(new Map([...FILES, ['res/large', large]]))[0]
      ?.split(' ')
      .slice(1)
      .join(' '),
    `bytes without natives and demo model, of ${BUDGET_BYTES}`,
  );
  const demo = new Map([...PAGE, ['demo/large', large]]);
  assert.equal(faults(new Map([...FILES, ['assets/web/demo/large', large], [NATIVE, large]]), {}, { page: demo }), []);
});

test('every byte is counted once', () => {
  const { own, ...parts } = sizesOf(readZip(pack(FILES), 'x'));
  assert.equal(parts, { dex: 3, page: 10, demo: 7, natives: 3, resources: 3 });
  assert.is(own, 16);
});

test.run();
