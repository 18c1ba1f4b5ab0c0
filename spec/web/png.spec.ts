import { decode } from 'fast-png';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fileName, parametersText, toPng } from '../../web/png';
import { toRgba } from '../../web/rgba';
import type { ImageRequest } from '../../workers/api';

const request: ImageRequest = {
  ...{ prompt: '一只猫 🐈', negativePrompt: 'blurry', seed: 1, steps: 20, guidanceScale: 7.5, width: 16, height: 8 },
  ...{ scheduler: 'pndm', numImages: 4, guidance: 'two-calls', memory: 'auto' },
};
const pixels = Uint8Array.from({ length: 16 * 8 * 3 }, (_, index) => (index * 37) & 255);
const drawn = { picture: { width: 16, height: 8, pixels, seed: 3 }, request, modelName: 'demo' };

const file = new Uint8Array(await (await toPng(drawn)).arrayBuffer());

test('the file holds exactly the pixels', () => {
  // checkCrc: decoding fails where a chunk's CRC is wrong.
  const image = decode(file, { checkCrc: true });
  assert.equal([image.width, image.height, image.channels, image.depth], [16, 8, 3, 8]);
  assert.equal(new Uint8Array(image.data), pixels);
});

test('the file says what drew it, in any script, with the seed of this picture', () => {
  const bytes = Buffer.from(file);
  const start = bytes.indexOf('iTXt') + 4;
  const text = bytes.subarray(start, start + bytes.readUInt32BE(start - 8)).toString('utf8');
  assert.is(text.slice(0, 'parameters'.length + 5), 'parameters\0\0\0\0\0');
  assert.is(
    text.slice('parameters'.length + 5),
    '一只猫 🐈\nNegative prompt: blurry\nSteps: 20, Sampler: PLMS, CFG scale: 7.5, Seed: 3, Size: 16x8, Model: demo',
  );
  assert.match(parametersText({ ...request, negativePrompt: '' }, 'demo'), /^一只猫 🐈\nSteps: 20/);
});

test('samplers and spacings are named as stable-diffusion-webui names them', () => {
  const said = parametersText({ ...request, scheduler: 'dpmpp_2m_sde', sigmas: 'karras' }, 'demo');
  assert.match(said, /Sampler: DPM\+\+ 2M SDE, Schedule type: Karras, CFG scale/);
});

test('file names are short, safe, and never empty', () => {
  assert.is(fileName('A red/apple: "on" ..\\ blue?', 1), 'a-red-apple-on-blue-1.png');
  assert.is(fileName('一只猫', 0), '一只猫-0.png');
  assert.is(fileName(' 🐈 ', 7), 'picture-7.png');
  assert.is(fileName('x'.repeat(300), 7), `${'x'.repeat(48)}-7.png`);
});

test('RGBA repeats RGB and is opaque', () => {
  assert.equal([...toRgba(Uint8Array.of(1, 2, 3, 4, 5, 6))], [1, 2, 3, 255, 4, 5, 6, 255]);
});

test.run();
