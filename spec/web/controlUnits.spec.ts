/** What controls ask of the engine, and what becomes of those that a picture tells of. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { foundUnits, freshUnit, lacking, requestOf } from '../../web/controlUnits';
import type { ControlSummary } from '../../workers/api';

const kept = (name: string, kind: ControlSummary['kind'] = 'controlnet'): ControlSummary => ({
  ...{ id: name.padEnd(64, '0'), name, bytes: 1, hash: `${name}-hash`, kind },
});
const sees = { features: 'hidden_states', width: 1280 } as const;
const eye = (name: string, hidden_states: number): ControlSummary => ({
  ...{ ...kept(name, 'image-encoder'), makes: { image_embeds: 1024, hidden_states } },
});
const KEPT = [kept('canny'), kept('depth', 'adapter')];
const LIKING = [...KEPT, { ...kept('plus', 'ip-adapter'), sees }, eye('H', 1280), eye('L', 1024), eye('other', 1280)];
const picture = { width: 1, height: 1, pixels: Uint8Array.of(1, 2, 3) };
const given = [{ name: 'a.png', picture }];

test('a unit begins with all of a picture, by its own weight, throughout, with the thresholds that others begin with', () => {
  const { id, ...rest } = freshUnit();
  assert.is.not(freshUnit().id, id);
  assert.equal(rest, {
    ...{
      on: true,
      model: null,
      given: [],
      wanted: [],
      preprocess: 'none',
      low: 100,
      high: 200,
      weight: 1,
      start: 0,
      end: 1,
    },
  });
});

test('what lacks a model that is here, or a picture, or is off, is not asked for; nothing asked is nothing said', () => {
  const whole = { ...freshUnit(), model: 'canny', given };
  assert.equal(lacking(freshUnit(), KEPT), ['model', 'picture']);
  assert.equal(lacking({ ...whole, model: 'gone' }, KEPT), ['model']);
  assert.equal(lacking(whole, KEPT), []);
  const units = [freshUnit(), { ...whole, model: 'gone' }, { ...whole, given: [] }, { ...whole, on: false }];
  assert.equal(requestOf({ units, guess: true }, KEPT), {});
});

test('several are asked for in their order, each with its picture as it was given and what is to be made of it', () => {
  const units = [
    { ...freshUnit(), model: 'canny', given, preprocess: 'canny' as const, low: 5, high: 9, start: 0.2, end: 0.7 },
    { ...freshUnit(), model: 'depth', given, preprocess: 'invert' as const, weight: 0, start: 0.2 },
    { ...freshUnit(), model: 'canny', given },
  ];
  const { controls, controlGuess } = requestOf({ units, guess: true }, KEPT);
  assert.is(controlGuess, true);
  const same = { image: picture, imageName: 'a.png' };
  assert.equal(controls, [
    {
      ...{ name: 'canny', hash: 'canny-hash', ...same, preprocess: { type: 'canny', low: 5, high: 9 } },
      ...{ weight: 1, end: 0.7, start: 0.2 },
    },
    // A T2I-adapter counts from the first step on, and says nothing of it.
    { name: 'depth', hash: 'depth-hash', ...same, preprocess: { type: 'invert' }, weight: 0, end: 1 },
    { name: 'canny', hash: 'canny-hash', ...same, weight: 1, end: 1, start: 0 },
  ]);
});

test('what was asked for is found again, as it was', () => {
  const units = [
    { ...freshUnit(), model: 'canny', given, preprocess: 'canny' as const, low: 5, high: 9, weight: 0.5, end: 0.7 },
    { ...freshUnit(), model: 'depth', given },
  ];
  const found = foundUnits(requestOf({ units, guess: false }, KEPT), [], KEPT);
  const bare = (all: readonly { readonly id: number }[]) => all.map(({ id: _, ...rest }) => rest);
  assert.equal(bare(found.units), bare(units));
  assert.equal([found.missing, found.others, found.pictures], [[], [], []]);
});

test('a model is found by its hash under another name; one that is not here, and a picture, is named', () => {
  const before = [{ ...freshUnit(), given }];
  const said = [
    { name: 'edges', hash: 'canny-hash', imageName: 'a.png', weight: 0.5 },
    { name: 'pose', hash: '0123', imageName: 'b.png' },
    { name: 'depth', hash: 'another' },
    { name: 'canny' },
  ];
  const { units, missing, others, pictures } = foundUnits({ controls: said }, before, KEPT);
  assert.equal(
    units.map(({ model, given: its, wanted, weight }) => [model, its[0]?.name, wanted, weight]),
    [
      ['canny', 'a.png', [], 0.5],
      ['pose', undefined, ['b.png'], 1],
      ['depth', undefined, [''], 1],
      ['canny', undefined, [''], 1],
    ],
  );
  assert.equal([missing, others, pictures], [['pose (0123)'], ['depth'], ['b.png', 'depth', 'canny']]);
});

test('an IP-Adapter is asked for with all of its pictures and what sees for it: the one that is chosen, else the first that could', () => {
  const second = { name: 'b.png', picture };
  const whole = { ...freshUnit(), model: 'plus', given: [...given, second], weight: 0.4, start: 0.2, end: 0.8 };
  const asked = (units: Parameters<typeof requestOf>[0]['units']) => requestOf({ units, guess: true }, LIKING);
  const plus = {
    ...{ name: 'plus', hash: 'plus-hash', encoder: 'H', scale: 0.4, start: 0.2, end: 0.8 },
    ...{ images: [picture, picture], imageNames: ['a.png', 'b.png'] },
  };
  assert.equal(asked([whole]), { ipAdapters: [plus] });
  assert.equal(asked([{ ...whole, encoder: 'other' }]).ipAdapters![0]!.encoder, 'other');
  // One of another width does not see for it, whoever says so.
  assert.equal(asked([{ ...whole, encoder: 'L' }]).ipAdapters![0]!.encoder, 'H');
  const beside = asked([{ ...freshUnit(), model: 'canny', given: [...given, second] }, whole]);
  assert.equal([beside.controls!.length, beside.controlGuess, beside.ipAdapters], [1, true, [plus]]);

  const blind = LIKING.filter(({ name }) => name === 'plus' || name === 'L');
  assert.equal(lacking(whole, blind), ['encoder']);
  assert.equal(requestOf({ units: [whole], guess: false }, blind), {});
  // What sees for others is no control by itself.
  assert.equal(lacking({ ...whole, model: 'H' }, LIKING), ['model']);
});

test('what a drawing was to be like is found again; pictures that are not at hand, and what sees where nothing does, are named', () => {
  const whole = { ...freshUnit(), model: 'plus', given, weight: 0.4, start: 0.2, end: 0.8, encoder: 'other' };
  const { units } = foundUnits(requestOf({ units: [whole], guess: false }, LIKING), [], LIKING);
  assert.equal(units, [{ ...whole, id: units[0]!.id }]);
  const said = { name: 'plus', encoder: 'gone', images: 3, imageNames: ['b.png', 'a.png'], scale: 0.7 };
  const found = foundUnits({ ipAdapters: [said] }, [whole], LIKING);
  assert.equal(
    found.units.map(({ model, weight, wanted, given: its }) => [model, weight, wanted, its]),
    [['plus', 0.7, ['b.png', ''], given]],
  );
  assert.equal([found.missing, found.pictures], [[], ['b.png', 'plus']]);
  const blind = LIKING.slice(0, 3);
  assert.equal(foundUnits({ ipAdapters: [{ ...said, images: 1 }] }, [], blind).missing, ['gone']);
  assert.equal(foundUnits({ ipAdapters: [{ ...said, hash: '01' }] }, [], KEPT).missing, ['plus (01)']);
});

test('where a picture counts is asked for with white all over for the others, and found again', () => {
  const mask = { width: 2, height: 1, pixels: Uint8Array.of(0, 255) };
  const [first] = given;
  const painted = [first!, { name: 'b.png', picture, mask }];
  const whole = { ...freshUnit(), model: 'plus', given: painted, encoder: 'H' };
  const asked = requestOf({ units: [whole], guess: false }, LIKING);
  const { masks = [], maskNames } = asked.ipAdapters![0]!;
  assert.equal(maskNames, ['', 'painted for b.png']);
  assert.ok(masks[0]!.pixels.every((value) => value === 255));
  assert.equal(masks[1], { width: 2, height: 1, pixels: Uint8Array.of(0, 0, 0, 255, 255, 255) });
  const again = foundUnits(asked, [], LIKING);
  assert.equal([again.units[0]!.given, again.masks], [painted, []]);

  // Out of a file, which has no more than names: what is painted here stays, where one was.
  const said = { name: 'plus', images: 2, imageNames: ['a.png', 'b.png'] };
  const from = (maskNames: string[] | undefined, before = [whole]) =>
    foundUnits({ ipAdapters: [{ ...said, ...(maskNames ? { maskNames } : {}) }] }, before, LIKING);
  assert.equal([from(['', 'x']).units[0]!.given, from(['', 'x']).masks], [painted, []]);
  assert.equal(from(['x', 'x']).masks, ['a.png']);
  assert.equal(from(['', ''], []).masks, ['a.png', 'b.png']);
  assert.equal(
    [from(undefined).units[0]!.given.map((one) => one.mask), from(undefined).masks],
    [[undefined, undefined], []],
  );
});

test('of a picture that nothing steered what is set is switched off, and stays', () => {
  const before = [{ ...freshUnit(), model: 'canny', given, weight: 0.3 }];
  assert.equal(foundUnits({}, before, KEPT).units, [{ ...before[0]!, on: false }]);
});

test.run();
