/** Prompts all the way to hidden states, by the demo model's text encoder, against stable-diffusion-webui's and diffusers'. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../models/checkpoint';
import { diskFolder, fileSource } from '../../models/folder.node';
import { planModel } from '../../models/planModel';
import { energies, sqnr } from '../../models/quantize/quality/sqnr';
import type { WeightForm } from '../../models/quantize/weightForm';
import { openSafetensors } from '../../models/safetensors';
import { encodeSafetensors } from '../../models/safetensorsWriter';
import type { StageWeights } from '../../models/stage';
import { weightsInMemory } from '../../models/stageWeights';
import type { Embedding } from '../../workers/api';
import { nodeWasmBackend } from '../../workers/backend/ort.node';
import { conditioningOf } from '../../workers/conditioning';
import { checkpointModel } from '../../workers/model.checkpoint';
import { openStage } from '../../workers/openStage';
import { type AskedText, plannedTokens, readPrompts } from '../../workers/prompts';
import type { Tensor } from '../../workers/tensor';
import { rejects } from '../models/rejects';
import { fromRoot } from '../root';
import { promptVectors } from './text/vectors';

const checkpoint = await openDiffusersFolder(await diskFolder(fromRoot('models/demo/model')));
const reference = await openSafetensors(await fileSource(fromRoot('spec/vectors/prompt-states.safetensors')));
const WIDTH = checkpoint.description.textEncoder.hiddenSize;
const PLAIN = { prompt: '', negativePrompt: '', guidanceScale: 1, steps: 4 } satisfies AskedText;

const floats = async (name: string): Promise<Float32Array> =>
  new Float32Array((await reference.read(name)).slice().buffer);

async function embedding(name: string): Promise<Embedding> {
  const data = await reference.read('vectors');
  const bytes = encodeSafetensors([{ name: '<made-up>', dtype: 'F32', shape: [3, WIDTH], data }]);
  return { name, file: { path: `${name}.safetensors`, file: new Blob([bytes as Uint8Array<ArrayBuffer>]) } };
}

/** Weights that nobody may read any more once they are closed, as those in a file. */
async function untilClosed(packed: AsyncIterable<Uint8Array>, bytes: number): Promise<StageWeights> {
  const all = new Uint8Array(bytes);
  let at = 0;
  for await (const piece of packed) {
    all.set(piece, at);
    at += piece.length;
  }
  let open = true;
  const { read } = weightsInMemory(all);
  return {
    bytes,
    close() {
      open = false;
    },
    read(begin, end) {
      assert.ok(open, 'read after its end');
      return read(begin, end);
    },
  };
}

async function statesOf(asked: Partial<AskedText>, form: WeightForm = 'exact') {
  const model = checkpointModel(checkpoint, planModel(checkpoint, form), untilClosed);
  const parts = { model, backend: nodeWasmBackend() };
  const request = { ...PLAIN, ...asked };
  const prompts = await readPrompts(request, model);
  const { signal } = new AbortController();
  const size = { batch: 1, height: 8, width: 8, clipSkip: request.clipSkip ?? 0 };
  const encoder = await openStage(parts, 'text_encoder', size, signal, prompts.learned);
  let runs = 0;
  let running = false;
  try {
    const conditioning = await conditioningOf(prompts, async (ids, skipped) => {
      assert.not(running, 'a network runs once at a time');
      running = true;
      runs += 1;
      const states = await encoder.run({ input_ids: { type: 'int32', shape: [1, 77], data: ids } });
      running = false;
      return skipped ? states.skipped_states! : states.hidden_states!;
    });
    return { conditioning, prompts, runs };
  } finally {
    await encoder.close();
  }
}

/** Every fifth token. */
function fifths({ data, shape }: Tensor): Float32Array {
  const rows = Array.from({ length: Math.ceil(shape[1]! / 5) }, (_, i) =>
    data.slice(5 * i * WIDTH, (5 * i + 1) * WIDTH),
  );
  return Float32Array.from(rows.flatMap((row) => [...row]));
}

async function distance(name: string, got: Tensor): Promise<number> {
  const [expected, ours] = [await floats(name), fifths(got)];
  assert.is(ours.length, expected.length, name);
  const largest = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(value - ours[i]!))) / largest;
}

for (const [name, { prompt, clipSkip }] of Object.entries(promptVectors.states)) {
  test(`${name}: weighted hidden states are stable-diffusion-webui’s`, async () => {
    const { conditioning } = await statesOf({ prompt, clipSkip, promptStyle: 'a1111' });
    const off = await distance(name, conditioning.at(0).prompt);
    assert.ok(off < 2e-5, `${off}`);
  });
}

test('prompts joined by AND are encoded one after another', async () => {
  const { conditioning, runs } = await statesOf({ prompt: 'a cat AND a dog AND a tree', promptStyle: 'a1111' });
  assert.is(runs, 4, 'the negative one as well');
  const states = conditioning.at(0).composed!.map(({ states }) => states);
  const alone = await Promise.all(
    ['a cat', 'a dog', 'a tree'].map(async (prompt) => (await statesOf({ prompt })).conditioning.at(0).prompt),
  );
  assert.equal(states, alone);
});

test('layers that are skipped are those that diffusers skips', async () => {
  for (const clipSkip of [1, 3]) {
    const { conditioning } = await statesOf({ prompt: 'a red apple on a blue background', clipSkip });
    const off = await distance(`clip-skip-${clipSkip}`, conditioning.at(0).prompt);
    assert.ok(off < 2e-5, `${clipSkip}: ${off}`);
  }
  const layers = checkpoint.description.textEncoder.numHiddenLayers;
  const most = `bad-argument: clipSkip: expected at most ${layers - 1}, of ${layers} layers, got ${layers}`;
  await rejects(() => statesOf({ clipSkip: layers }), 'bad-argument', most);
});

test('the negative prompt skips layers in webui’s style alone, as in either program', async () => {
  const both = { prompt: 'a cat', negativePrompt: 'a cat', guidanceScale: 7, clipSkip: 1 };
  const plain = (await statesOf(both)).conditioning.at(0);
  const styled = (await statesOf({ ...both, promptStyle: 'a1111' })).conditioning.at(0);
  const unskipped = (await statesOf({ prompt: 'a cat' })).conditioning.at(0);
  assert.equal(plain.negativePrompt!.data, unskipped.prompt.data);
  assert.equal(styled.negativePrompt!.data, styled.prompt.data);
  assert.equal(plain.prompt.data, styled.prompt.data);
  assert.not.equal(plain.prompt.data, unskipped.prompt.data);
});

test('a learned word is what it is in diffusers, by its own name as by the file’s', async () => {
  for (const [name, word] of [
    ['other', '<made-up>'],
    ['MadeUp', 'madeup'],
  ] as const) {
    const prompt = `a ${word} apple on a ${word}, at night`;
    const { conditioning } = await statesOf({ prompt, embeddings: [await embedding(name)] });
    const off = await distance('made-up', conditioning.at(0).prompt);
    assert.ok(off < 2e-5, `${name}: ${off}`);
  }
});

test('rows of a table that is stored in other numbers are what the graph would look up', async () => {
  for (const form of ['fp16', 'int8', 'int4'] as const) {
    const [plain, embedded] = [
      await statesOf({ prompt: 'two owls in the forest' }, form),
      await statesOf({ prompt: 'two owls in the forest', embeddings: [await embedding('other')] }, form),
    ];
    const [expected, got] = [plain, embedded].map(({ conditioning }) => conditioning.at(0).prompt.data);
    const quality = sqnr(energies(expected!, got!));
    assert.ok(quality > 100, `${form}: ${quality} dB`);
  }
});

test('the shorter of two prompts goes on empty, and each chunk is encoded once', async () => {
  const asked = { prompt: 'a cat BREAK a cat BREAK a dog', promptStyle: 'a1111', guidanceScale: 7 } as const;
  const { conditioning, runs } = await statesOf({ ...asked, negativePrompt: 'a cat' });
  assert.is(runs, 3);
  assert.is(conditioning.tokens, 3 * 77);
  const { prompt, negativePrompt } = conditioning.at(0);
  assert.equal(
    [prompt.shape, negativePrompt!.shape],
    [
      [1, 231, WIDTH],
      [1, 231, WIDTH],
    ],
  );
  const part = ({ data }: Tensor, i: number) => data.slice(i * 77 * WIDTH, (i + 1) * 77 * WIDTH);
  assert.equal(part(prompt, 0), part(prompt, 1));
  assert.equal(part(prompt, 0), part(negativePrompt!, 0));
  const empty = (await statesOf({})).conditioning.at(0).prompt;
  assert.equal(part(negativePrompt!, 1), empty.data);
  assert.equal(part(negativePrompt!, 2), empty.data);
});

test('a prompt that changes is the same object in steps in which it is the same', async () => {
  const { conditioning } = await statesOf({ prompt: '[a cat|a dog]', promptStyle: 'a1111', steps: 4 });
  const [first, second, third, fourth] = [0, 1, 2, 3].map((step) => conditioning.at(step));
  assert.is(first, second);
  assert.is(first, fourth);
  assert.not.equal(first!.prompt.data, third!.prompt.data);
  assert.is(conditioning.at(99), fourth);
});

test('what is said of a prompt: its tokens, and what of it was cut', async () => {
  const told = async (asked: Partial<AskedText>) => (await readPrompts({ ...PLAIN, ...asked }, checkpoint)).told;
  const long = `${'cat '.repeat(75)}, under a (tree:1.2)`;
  const cut = { type: 'prompt', which: 'prompt', tokens: 77 };
  assert.equal(await told({ prompt: long }), [{ ...cut, cut: ', under a (tree:1.2)', styled: true }]);
  assert.equal(await told({ prompt: long, promptStyle: 'a1111', longPrompts: 'cut' }), [
    { ...cut, cut: ', under a (tree:1.2)' },
  ]);
  assert.equal(await told({ prompt: 'a (b BREAK c)', promptStyle: 'a1111', longPrompts: 'cut' }), [
    { ...cut, tokens: 4, cut: 'c)' },
  ]);
  // 75 and two, then comma, under, a, tree, and two; plain text has brackets, colon and numbers besides.
  assert.is((await told({ prompt: long, promptStyle: 'a1111' }))[0]!.tokens, 77 + 6);
  assert.is((await told({ prompt: long, longPrompts: 'chunks' }))[0]!.cut, '');
});

test('who pastes a prompt of stable-diffusion-webui and has it read literally is told', async () => {
  const styled = async (prompt: string, more: Partial<AskedText> = {}) =>
    (await readPrompts({ ...PLAIN, prompt, ...more }, checkpoint)).told[0]!.styled ?? false;
  for (const prompt of ['a (red:1.3) cat', '((cat))', '[cat:dog:0.4]', '[cat:3]', 'a [cat|dog]', 'cat BREAK dog']) {
    assert.ok(await styled(prompt), prompt);
    assert.ok(await styled(prompt, { longPrompts: 'chunks' }), prompt);
    assert.not(await styled(prompt, { promptStyle: 'a1111' }), prompt);
  }
  for (const prompt of ['a cat', 'a cat (small)', 'at 3:45', 'a sign: [open]', 'breakfast', 'a | b'])
    assert.not(await styled(prompt), prompt);
});

test('how many tokens there will be is known before anything is opened', async () => {
  const tokens = (asked: Partial<AskedText>) => plannedTokens({ ...PLAIN, ...asked }, checkpoint);
  assert.is(await tokens({ prompt: 'cat '.repeat(200) }), 77);
  assert.is(await tokens({ prompt: 'cat '.repeat(200), longPrompts: 'chunks' }), 231);
  assert.is(await tokens({ negativePrompt: 'cat '.repeat(100), longPrompts: 'chunks' }), 77);
  assert.is(await tokens({ negativePrompt: 'cat '.repeat(100), longPrompts: 'chunks', guidanceScale: 2 }), 154);
  assert.is(await tokens({ prompt: '[cat|cat BREAK dog]', promptStyle: 'a1111' }), 154);
});

test.run();
