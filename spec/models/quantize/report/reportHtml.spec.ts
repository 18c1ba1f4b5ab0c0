/** The report shows every number that it is given, as text and nothing else, and says nothing of what it is not given. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ReportData } from '../../../../models/quantize/report/reportData';
import { reportHtml } from '../../../../models/quantize/report/reportHtml';
import { EXAMPLE, HOSTILE } from './exampleReport';

const page = reportHtml(EXAMPLE);
const { version, model, format, rounding, made } = EXAMPLE;
const BARE: ReportData = { version, model, format, rounding, made };

/** What stands under the heading `title`; empty where there is none. */
const sectionOf = (from: string, title: string): string =>
  from.split('<section>').find((part) => part.includes(`<h2>${title}</h2>`)) ?? '';

/** The table's cells, row by row, as text without tags. */
const rowsOf = (title: string): string[][] =>
  [...sectionOf(page, title).matchAll(/<tr>(<td.*?)<\/tr>/gs)].map(([, row]) =>
    [...row!.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell]) => cell!.replace(/<[^>]*>/g, '')),
  );

const written = (text: string): string =>
  text.replace(
    /[&<>"']/g,
    (character) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": '#39' }[character]};`,
  );
const dB = (value: number): string => (value === Infinity ? 'exact' : `${value.toFixed(1)} dB`);

const SECTIONS = {
  pictures: 'Pictures',
  worst: 'Worst pictures',
  conditioning: 'Conditioning',
  timesteps: 'Predicted noise by timestep',
  domains: 'Predicted noise by domain',
  layers: 'Layers',
  sizes: 'Sizes',
  budgets: 'Size budgets',
} as const;

test('every layer is there with its bits and decibels, the worst first, and in the order of the network as a strip', () => {
  const sorted = [...EXAMPLE.layers].sort((a, b) => a.sqnr - b.sqnr);
  assert.equal(
    rowsOf('Layers'),
    sorted.map(({ name, bits, sqnr }) => [name, `${bits}`, dB(sqnr)]),
  );
  const strip = [...sectionOf(page, 'Layers').matchAll(/<rect [^>]*><title>(.*?):/g)].map(([, name]) => name);
  assert.equal(
    strip,
    EXAMPLE.layers.map(({ name }) => name),
  );
});

test('every timestep is there, from noise to picture', () => {
  assert.equal(
    rowsOf('Predicted noise by timestep'),
    [...EXAMPLE.timesteps].reverse().map(({ timestep, sqnr }) => [`${timestep}`, dB(sqnr)]),
  );
});

test('every domain is there with its calls, the worst first', () => {
  assert.equal(
    rowsOf('Predicted noise by domain'),
    [...EXAMPLE.domains]
      .sort((a, b) => a.sqnr - b.sqnr)
      .map(({ domain, samples, sqnr }) => [domain, '', `${samples}`, dB(sqnr)]),
  );
});

test('every picture is there with all its numbers, the worst first, the empty prompt by name', () => {
  assert.equal(
    rowsOf('Pictures'),
    [...EXAMPLE.pictures]
      .sort((a, b) => a.psnr - b.psnr)
      .map(({ prompt, domain, seed, latentSqnr, psnr, ssim }) => [
        `${prompt === '' ? '(empty)' : written(prompt)}${domain} · seed ${seed}`,
        dB(latentSqnr),
        dB(psnr),
        ssim.toFixed(4),
      ]),
  );
});

test('conditioning, sizes and budgets are there to the last number', () => {
  assert.equal(rowsOf('Conditioning'), [
    ['Kept', '97.1 %', '99.5 %', '101.3 %'],
    ['Cosine', '0.9876', '0.9982', '0.9995'],
  ]);
  assert.ok(sectionOf(page, 'Conditioning').includes('1931 pairs'));
  assert.equal(rowsOf('Sizes'), [
    ['fp32', '', '3438.2 MB', '3,438,167,524', '100.0 %'],
    ['w8a16', '', '867.5 MB', '867,541,117', '25.2 %'],
    ['w4a16', '', '561.2 MB', '561,204,331', '16.3 %'],
  ]);
  assert.equal(rowsOf('Size budgets'), [
    ['unet', '20.0 %', '21.6 %', '21.6 %', 'missed'],
    ['text_encoder', '20.0 %', '20.0 %', '18.3 %', ''],
  ]);
});

test('the worst pictures are there three by three, each with its prompt, seed, decibels and how much is amplified', () => {
  const figures = sectionOf(page, 'Worst pictures').split('<figure').slice(1);
  assert.is(figures.length, EXAMPLE.worst.length);
  for (const [i, { prompt, seed, psnr, amplified, ...files }] of EXAMPLE.worst.entries()) {
    const shown = [...figures[i]!.matchAll(/src="data:image\/png;base64,([^"]*)"/g)].map(([, data]) => data);
    assert.equal(shown, [files.reference, files.quantized, files.difference]);
    const caption = /<figcaption>(.*)<\/figcaption>/.exec(figures[i]!)![1]!.replace(/<[^>]*>/g, '');
    const named = prompt === '' ? '(empty)' : written(prompt);
    assert.is(caption, `${dB(psnr)} · seed ${seed} · difference × ${amplified} · ${named}`);
  }
});

test('the summary has the mean, the median and the least of the pictures, what is kept of the prompt, and the size of the format itself', () => {
  const figures = [...page.matchAll(/<dt>(.*?)<\/dt><dd>(.*?)<\/dd>/g)].map(([, name, value]) => `${name}: ${value}`);
  const finite = EXAMPLE.pictures.map(({ psnr }) => psnr).filter(Number.isFinite);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  // The exact one has no squared error, and is one of the pictures all the same.
  const squared = mean(EXAMPLE.pictures.map(({ psnr }) => 255 ** 2 / 10 ** (psnr / 10)));
  // 20 pictures; the exact one counts as one of the better ones.
  const [tenth, eleventh] = [...finite].sort((a, b) => a - b).slice(9);
  assert.equal(figures, [
    `Pictures compared: ${EXAMPLE.pictures.length}`,
    `Picture PSNR, mean of the ${finite.length} that differ: ${dB(mean(finite))}`,
    `Picture PSNR, median: ${dB((tenth! + eleventh!) / 2)}`,
    `Picture PSNR, all pixels together: ${dB(10 * Math.log10(255 ** 2 / squared))}`,
    `Picture PSNR, least: ${dB(Math.min(...finite))}`,
    `Picture SSIM, mean: ${mean(EXAMPLE.pictures.map(({ ssim }) => ssim)).toFixed(4)}`,
    'Predicted noise, SQNR: 48.3 dB',
    'Noise with the prompt, SQNR: 47.6 dB',
    'Noise without it, SQNR: 49.2 dB',
    'Guided noise, SQNR: 41.1 dB',
    'Conditioning kept: 99.5 %',
    'Size, of fp32: 25.2 %',
  ]);
});

test('what a prompt or a name holds is text: no tag, no attribute, no script comes of it', () => {
  assert.ok(page.includes(written(HOSTILE)) && !page.includes(HOSTILE));
  for (const tag of ['<script', '<img src=x', 'alert("1")', 'example <model>']) assert.not.ok(page.includes(tag), tag);
  const inside = reportHtml({
    ...BARE,
    model: HOSTILE,
    rounding: HOSTILE,
    made: HOSTILE,
    format: HOSTILE,
    layers: [{ name: HOSTILE, bits: 8, sqnr: 1 }],
    sizes: [{ format: HOSTILE, bytes: 1, fp32Bytes: 1 }],
    worst: [
      { ...EXAMPLE.worst[0]!, prompt: HOSTILE, reference: '"><script>', quantized: HOSTILE, difference: HOSTILE },
    ],
  });
  // Every tag of the page is one that the report writes, and no attribute value is broken out of.
  const tags = new Set([...inside.matchAll(/<([a-z!]\w*)/gi)].map(([, tag]) => tag));
  for (const tag of ['script', 'iframe', 'a', 'link']) assert.not.ok(tags.has(tag), tag);
  assert.is(inside.match(/<img /g)!.length, 3);
  assert.not.ok(/<[^>]*\sonerror=/.test(inside.replace(/"[^"]*"/g, '""')));
});

test('a part without data is left out, heading and all; so is one that is there and empty', () => {
  const bare = reportHtml(BARE);
  assert.not.ok(/<section>|<dl>|<svg|<table|<img|undefined|NaN|null/.test(bare.replace(/<style>.*<\/style>/s, '')));
  for (const [part, title] of Object.entries(SECTIONS)) {
    assert.ok(sectionOf(page, title), title);
    const { [part as keyof typeof SECTIONS]: gone, ...rest } = EXAMPLE;
    const without = reportHtml(rest);
    assert.is(sectionOf(without, title), '', title);
    assert.is(without.split('<section>').length, page.split('<section>').length - 1, title);
    const empty = part === 'conditioning' ? without : reportHtml({ ...EXAMPLE, [part]: [] });
    assert.is(empty, without, title);
    assert.not.ok(/undefined|NaN/.test(without.replace(/base64,[^"]*/g, '')), title);
    assert.ok(gone);
  }
});

test('prompts of a single domain are left out by domain: what is said of it is said of all', () => {
  const single = reportHtml({ ...EXAMPLE, domains: EXAMPLE.domains.slice(0, 1) });
  assert.is(sectionOf(single, SECTIONS.domains), '');
  assert.ok(sectionOf(reportHtml({ ...EXAMPLE, domains: EXAMPLE.domains.slice(0, 2) }), SECTIONS.domains));
});

test('long tables show their first rows and fold the rest, short ones fold nothing', () => {
  const layers = sectionOf(page, 'Layers');
  assert.ok(layers.includes(`<summary>${EXAMPLE.layers.length - 12} more</summary>`));
  assert.is(layers.split('<details>')[0]!.match(/<tr><td/g)!.length, 12);
  assert.not.ok(sectionOf(page, 'Sizes').includes('<details>'));
});

test('it is one file that asks for nothing: no address, no script, and a policy that forbids both', () => {
  assert.match(page, `content="default-src &#39;none&#39;; img-src data:; style-src &#39;unsafe-inline&#39;"`);
  assert.not.ok(/https?:|@import|url\(|<link|<script/.test(page.replace(/base64,[^"]*/g, '')));
  for (const scheme of ['color-scheme:light dark', 'prefers-color-scheme:dark']) assert.ok(page.includes(scheme));
});

test.run();
