/** The prompts as a set: enough of them, of every kind, none of them twice, and what the demo model never saw kept out. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  CALIBRATION_PROMPTS,
  type CalibrationPrompt,
  DOMAINS,
  type Domain,
  HELD_OUT_PROMPTS,
} from '../../../models/calibration/calibrationPrompts';
import { fromRoot } from '../../root';
import { demoTokenizer } from '../../workers/text/demoTokenizer';

const ALL = [...CALIBRATION_PROMPTS, ...HELD_OUT_PROMPTS];
const of = (domain: Domain, some: readonly CalibrationPrompt[] = ALL): string[] =>
  some.filter((one) => one.domain === domain).map(({ prompt }) => prompt);

/** Start and end take two of CLIP's 77 places. */
const PLACES = 75;
const tokenizer = demoTokenizer();
const tokens = (prompt: string): number => tokenizer.encode(prompt).length;

test('there are 320 to 384 prompts and those of the demo model, of which at least 96 and 32 are held out', () => {
  const demo = of('demo').length;
  assert.ok(ALL.length - demo >= 320 && ALL.length - demo <= 384, `${ALL.length - demo} prompts`);
  assert.ok(HELD_OUT_PROMPTS.length - of('demo', HELD_OUT_PROMPTS).length >= 96);
  assert.ok(of('demo', HELD_OUT_PROMPTS).length >= 32);
  assert.ok(of('demo', CALIBRATION_PROMPTS).length >= 20);
});

test('every domain is in both splits, two to one; of the demo model, one to two', () => {
  assert.ok(DOMAINS.length >= 18, `${DOMAINS.length} domains`);
  for (const domain of DOMAINS) {
    const [calibration, heldOut] = [of(domain, CALIBRATION_PROMPTS).length, of(domain, HELD_OUT_PROMPTS).length];
    assert.equal([calibration, heldOut], domain === 'demo' ? [heldOut / 2, heldOut] : [2 * heldOut, heldOut], domain);
    assert.ok(calibration + heldOut >= 12, domain);
  }
});

test('no prompt is there twice, nor in another case, spacing or Unicode form: so none is in both splits', () => {
  const plain = ALL.map(({ prompt }) => prompt.normalize('NFKC').toLowerCase().trim().replace(/\s+/g, ' '));
  const twice = plain.filter((prompt, i) => plain.indexOf(prompt) !== i);
  assert.equal(twice, []);
});

test('prompts begin in many ways: no word opens more than a quarter of those of a domain, articles aside', () => {
  for (const domain of DOMAINS.filter((one) => one !== 'demo')) {
    const first = of(domain).map((prompt) => prompt.toLowerCase().split(' ', 1)[0]!);
    for (const word of new Set(first)) {
      if (/^(a|an|the)$/.test(word)) continue;
      const share = first.filter((other) => other === word).length / first.length;
      assert.ok(share <= 0.25, `${domain}: ${word} opens ${Math.round(100 * share)} %`);
    }
  }
});

test('prompts are text in one line, neither cut off nor padded', () => {
  for (const { prompt } of ALL) {
    assert.is(prompt, prompt.trim());
    assert.not.ok(/[\p{Cc}\p{Cs}\ufffd]/u.test(prompt), prompt);
  }
});

test('CLIP sees prompts of no token, of one, of nearly all its places and of more, in both splits where there are several', () => {
  assert.equal(
    ALL.filter(({ prompt }) => tokens(prompt) === 0).map(({ domain }) => domain),
    ['nearly empty'],
  );
  for (const split of [CALIBRATION_PROMPTS, HELD_OUT_PROMPTS]) {
    const counts = split.map(({ prompt }) => tokens(prompt));
    for (const [what, fits, least] of [
      ['one token', (n: number) => n === 1, 5],
      ['2 to 10', (n: number) => n >= 2 && n <= 10, 30],
      ['11 to 30', (n: number) => n > 10 && n <= 30, 30],
      ['31 to 75', (n: number) => n > 30 && n <= PLACES, 2],
      ['cut off', (n: number) => n > PLACES, 3],
    ] as const) {
      const found = counts.filter(fits).length;
      assert.ok(found >= least, `${what}: ${found} of ${split.length}`);
    }
  }
  assert.ok(Math.max(...of('very short').map(tokens)) <= 4, `${of('very short').map(tokens)} tokens`);
  assert.ok(Math.min(...of('very long').map(tokens)) > 60, `${of('very long').map(tokens)} tokens`);
});

test('there are Han, kana, Hangul, Cyrillic, Greek, Arabic and Devanagari letters, accents, emoji and joined emoji', () => {
  const text = ALL.map(({ prompt }) => prompt).join('\n');
  for (const letters of [
    /\p{Script=Han}/u,
    /\p{Script=Hiragana}/u,
    /\p{Script=Hangul}/u,
    /\p{Script=Cyrillic}/u,
    /\p{Script=Greek}/u,
    /\p{Script=Arabic}/u,
    /\p{Script=Devanagari}/u,
    /[éèüñż]/,
    /\p{Emoji_Presentation}/u,
    /\u200d/,
    /[()][^()]*:\d\.\d\)/,
  ]) {
    assert.match(text, letters);
  }
  assert.ok(of('chinese').every((prompt) => /^[\p{Script=Han}，]+$/u.test(prompt)));
});

const SUBJECTS = readFileSync(fromRoot('models/demo/recipe/subjects.py'), 'utf8');
const dictionary = (name: string): [word: string, value: string][] =>
  [...(new RegExp(`^${name} = dict\\(([^)]*)\\)`, 'm').exec(SUBJECTS)?.[1] ?? '').matchAll(/(\w+)='(\w+)'/g)].map(
    ([, word, value]) => [word!, value!],
  );

/** Pairs of wordings that together show what the demo model's training leaves out. */
function keptFromTraining(): [string, string][] {
  const places = (scene: string): string[] =>
    [...new RegExp(`'${scene}': \\[([^\\]]*)\\]`).exec(SUBJECTS)![1]!.matchAll(/'([^']+)'/g)].map(
      ([, place]) => place!,
    );
  const pairs = /^HELD_PAIR = \[(.*)\]$/m.exec(SUBJECTS)![1]!;
  return [
    ...dictionary('HELD_SCENE').flatMap(([word, scene]) =>
      places(scene).map((place): [string, string] => [word, place]),
    ),
    ...dictionary('HELD_COLOR').map(([word, color]): [string, string] => [`${color} ${word}`, '']),
    ...[...pairs.matchAll(/\('(\w+)', '(\w+)'\)/g)].map(([, a, b]): [string, string] => [a!, b!]),
  ];
}

test('the demo model is judged by what its training may have shown it, in the words of its captions', () => {
  const kept = keptFromTraining();
  assert.ok(kept.length >= 40 + 8, `${kept.length} combinations`);
  const has = (prompt: string, wording: string): boolean =>
    new RegExp(`\\b${wording.replace(/y$/, '(y|ie)')}(s|es)?\\b`).test(prompt);
  const shows = (prompt: string): boolean => kept.some(([a, b]) => has(prompt, a) && has(prompt, b));
  assert.ok(
    shows('a cat in space') &&
      shows('two blue horses') &&
      shows('three butterflies in the snow') &&
      shows('a fox and an owl in the mountains'),
  );
  assert.equal(of('demo').filter(shows), []);

  const known = new Set(SUBJECTS.toLowerCase().match(/[a-z0-9]+/g));
  const unknown = of('demo').flatMap((prompt) =>
    prompt.split(/[ ,]+/).filter((word) => !known.has(word) && !known.has(word.replace(/s$/, ''))),
  );
  assert.equal(unknown, []);
});

test.run();
