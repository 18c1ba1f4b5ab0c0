/** From calls and pictures to the report's numbers, on made-up ones whose decibels can be worked out by hand. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DOMAINS } from '../../../../models/calibration/calibrationPrompts';
import { GENERAL_DOMAINS, heldOutPrompts } from '../../../../models/quantize/evaluate/heldOutPrompts';
import { compareCalls, comparePictures, type PictureRecord } from '../../../../models/quantize/evaluate/pictureRecord';
import { qualityOf } from '../../../../models/quantize/evaluate/qualityOf';
import { rejects } from '../../rejects';

const close = (got: number | undefined, expected: number) =>
  assert.ok(Math.abs(got! - expected) < 1e-3, `${got}, not ${expected}`);

/** Of guidance. */
const SCALE = 3;

const filled = (value: number): Float32Array => new Float32Array(8).fill(value);
/** What differs between the calls is `heard` at one place and nothing elsewhere. */
const guided = (level: number, heard: number) => {
  const conditional = filled(level);
  conditional[0]! += heard;
  return { conditional, unconditional: filled(level) };
};
const picture = (value: number) => ({ pixels: new Uint8Array(3 * 16 * 16).fill(value), width: 16, height: 16 });

function recordOf(domain: PictureRecord['domain'], errors: readonly number[], pixel: number): PictureRecord {
  const calls = errors.map((error, i) => compareCalls(1 + 50 * i, guided(1, 0.5), guided(1 + error, 0.25), SCALE));
  const task = { domain, prompt: `a ${domain}`, seed: 3 };
  const reference = { latents: filled(10), picture: picture(100) };
  return comparePictures(task, calls, reference, { latents: filled(11), picture: picture(100 + pixel) });
}

test('what is half as much of the prompt is half kept, and points the same way', () => {
  const { kept } = compareCalls(1, guided(1, 0.5), guided(1, 0.25), SCALE);
  close(kept!.ratio, 0.5);
  close(kept!.cosine, 1);
});

test('where the prompt makes no difference to the reference, nothing is said to be kept', () => {
  assert.is(compareCalls(1, guided(1, 0), guided(1.5, 0.1), SCALE).kept, undefined);
  assert.is(
    qualityOf([{ ...recordOf('people', [], 1), calls: [compareCalls(1, guided(1, 0), guided(2, 0), SCALE)] }])
      .conditioning,
    undefined,
  );
});

test('a network that gives NaN is told of by its timestep', () =>
  rejects(() => compareCalls(951, guided(1, 0.5), guided(Number.NaN, 0), SCALE), 'bad-picture', 'timestep 951', 'NaN'));

test('errors add up over calls before they become decibels', () => {
  const { noise, timesteps, domains, pictures } = qualityOf([
    recordOf('people', [0.1, 0.01], 0),
    recordOf('food', [0.1], 2),
  ]);
  // Unconditional: 8 ones each; errors of 8 · 0.01 twice, 8 · 0.0001 once.
  close(noise!.unconditional, 10 * Math.log10(3 / 0.0201));
  assert.is(noise!.samples, 6);
  // Conditional: 7 + 1.5² each; the first place is 0.25 - error off.
  const [off, little] = [7 * 0.01 + 0.15 ** 2, 7 * 0.0001 + 0.24 ** 2];
  close(noise!.conditional, 10 * Math.log10((3 * 9.25) / (2 * off + little)));
  close(noise!.sqnr, 10 * Math.log10((3 * 17.25) / (2 * off + little + 8 * 0.0201)));
  // Guided: 1 + 3 · 0.5 at the first place, where it becomes 1 + error + 3 · 0.25.
  close(noise!.guided, 10 * Math.log10((3 * 13.25) / (2 * (7 * 0.01 + 0.65 ** 2) + 7 * 0.0001 + 0.74 ** 2)));
  assert.equal(
    timesteps!.map(({ timestep }) => timestep),
    [1, 51],
  );
  close(timesteps![1]!.sqnr, 10 * Math.log10(17.25 / (little + 8 * 0.0001)));
  assert.equal(
    domains!.map(({ domain, samples }) => [domain, samples]),
    [
      ['people', 4],
      ['food', 2],
    ],
  );
  close(domains![1]!.sqnr, 10 * Math.log10(17.25 / (off + 0.08)));
  assert.equal(
    pictures!.map(({ psnr }) => psnr),
    [Number.POSITIVE_INFINITY, 10 * Math.log10(255 ** 2 / 4)],
  );
  close(pictures![0]!.latentSqnr, 20);
});

test('records are the same after they were JSON', () => {
  const records = [recordOf('people', [0.1, 0], 0), recordOf('food', [0.1], 2)];
  assert.equal(JSON.parse(JSON.stringify(records)), records);
});

test('prompts come from every domain by turns, and none of them calibrates', async () => {
  const prompts = heldOutPrompts(GENERAL_DOMAINS.length + 2, GENERAL_DOMAINS);
  assert.equal(
    prompts.map(({ domain }) => domain),
    [...GENERAL_DOMAINS, ...GENERAL_DOMAINS.slice(0, 2)],
  );
  assert.is(new Set(prompts.map(({ prompt }) => prompt)).size, prompts.length);
  assert.equal(
    GENERAL_DOMAINS,
    DOMAINS.filter((domain) => domain !== 'demo'),
  );
  assert.is(heldOutPrompts(32, ['demo']).length, 32);
  await rejects(() => heldOutPrompts(1000, ['demo']), 'bad-argument', 'prompts', '1 to 44', '1000');
});

test.run();
