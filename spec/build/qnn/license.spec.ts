/** The terms of what `npm run test:qnn` uses: found within the package, and shown before it is used. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { licenseText, showOnce } from '../../../build/qnn/license';
import { rejects } from '../../models/rejects';

let packages = '';
test.before.each(async () => {
  packages = await mkdtemp(join(tmpdir(), 'packages-'));
});
test.after.each(() => rm(packages, { recursive: true, force: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(packages, path)), { recursive: true });
    await writeFile(join(packages, path), text);
  }
}

const METADATA =
  'Name: onnxruntime-qnn\nVersion: 2.7.0\nKeywords: x\nLicense: MIT License\n\nLong words about LICENSE\n';
const INSTALLED = {
  'onnxruntime_qnn-2.7.0.dist-info/METADATA': METADATA,
  'onnxruntime_qnn-2.7.0.dist-info/licenses/LICENSE': 'Permission is hereby granted\n',
  'onnxruntime_qnn/LICENSE': 'Permission is hereby granted\n',
  'onnxruntime_qnn/Qualcomm_LICENSE.pdf': '%PDF',
  'onnxruntime_qnn/ThirdPartyNotices.txt': 'others',
  'onnxruntime/LICENSE': 'another package',
};

test('what the metadata say, and every file of terms once, PDFs as they are read', async () => {
  await write(INSTALLED);
  const text = licenseText(packages, (path) => `read from ${path.split('/').at(-1)}`);
  assert.ok(text.startsWith('Name: onnxruntime-qnn\nVersion: 2.7.0\nLicense: MIT License\n'), text);
  assert.is(text.split('Permission is hereby granted').length, 2);
  assert.ok(text.includes('read from Qualcomm_LICENSE.pdf'));
  for (const other of ['others', 'another package', 'Long words', 'Keywords'])
    assert.not.ok(text.includes(other), other);
});

test('no terms, or terms that cannot be read, are no leave to go on', async () => {
  await write(INSTALLED);
  await rejects(() => licenseText(packages, () => ' \n'), 'bad-model', 'Qualcomm_LICENSE.pdf', 'the text of a licence');
  await rm(packages, { recursive: true });
  await write({ 'onnxruntime_qnn-2.7.0.dist-info/METADATA': METADATA, 'onnxruntime_qnn/a.py': '' });
  await rejects(() => licenseText(packages, () => ''), 'bad-model', 'a file of its terms');
  await rm(packages, { recursive: true });
  await write({ 'onnxruntime/LICENSE': 'x' });
  await rejects(() => licenseText(packages, () => ''), 'bad-model', 'metadata');
});

test('terms are shown once, and again once they are others', () => {
  const shown: string[] = [];
  const show = (text: string): void => void shown.push(text);
  const noted = join(packages, 'shown');
  assert.ok(showOnce('terms', noted, show));
  assert.not(showOnce('terms', noted, show));
  assert.ok(showOnce('other terms', noted, show));
  assert.equal(shown, ['terms', 'other terms']);
});

test.run();
