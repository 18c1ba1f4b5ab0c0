/** How a picture was drawn, out of its file: what other programs read of ours, what they write, and what damage does. */
import { readFile } from 'node:fs/promises';
import { deflateSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ImageRequest } from '../../../workers/api';
import { pngBytes } from '../../../workers/cli/png';
import { pngChunk, withChunks } from '../../../workers/pictureFile/pngChunks';
import { pngTexts, textChunk } from '../../../workers/pictureFile/pngText';
import { type DrawnBy, readRecipe, recipeChunks } from '../../../workers/pictureFile/recipe';
import { requestOfPicture } from '../../../workers/pictureFile/requestOfPicture';
import { memorySource } from '../../models/memoryFolder';
import { fromRoot } from '../../root';
import { refusal } from '../refusal';

interface Ours {
  readonly name: string;
  readonly chunks: readonly string[];
  readonly read: { readonly parameters: string; readonly 'pocket-diffusion': string };
}
interface Pillows {
  readonly name: string;
  readonly kind: string;
  readonly file: string;
  readonly text: string;
}
const vectors = JSON.parse(await readFile(fromRoot('spec/vectors/picture-texts.json'), 'utf8'));
const ours: readonly Ours[] = vectors.ours;
const pillows: readonly Pillows[] = vectors.pillow;

const bare = pngBytes({ width: 2, height: 1, pixels: Uint8Array.of(1, 2, 3, 4, 5, 6) });
const read = (...chunks: readonly Uint8Array[]) => readRecipe(memorySource('a.png', withChunks(bare, chunks)));
const readFileOf = (bytes: Uint8Array) => readRecipe(memorySource('a.png', bytes));
const bytesOf = (base64: string) => Uint8Array.from(Buffer.from(base64, 'base64'));

test('Pillow reads in our files what we write today, and so do we', async () => {
  assert.ok(ours.length > 4);
  for (const { name, chunks, read: said } of ours) {
    const recipe = await read(...chunks.map(bytesOf));
    assert.equal([recipe.by, recipe.ignored], ['pocket-diffusion', []], name);
    const { model, weights, backend, request } = recipe;
    const by = { model, weights, backend, request: { ...request, guidance: 'auto', memory: 'auto' } } as DrawnBy;
    assert.equal(
      recipeChunks(by).map((chunk) => Buffer.from(chunk).toString('base64')),
      chunks,
      name,
    );
    assert.equal(JSON.parse(said['pocket-diffusion']).request, request, name);
    // What would be a bracket's escape there is written so that it is itself.
    assert.ok(said.parameters.startsWith(request.prompt!.replace('\\', '\\\\')), name);
    const kind = [...said.parameters].some((character) => character.codePointAt(0)! > 255) ? 'iTXt' : 'tEXt';
    assert.is(Buffer.from(chunks[0]!, 'base64').toString('latin1', 4, 8), kind, name);
  }
});

test('a second pass is in the file, its size as well, and what is no size is told', async () => {
  const { request, model, weights, backend } = await read(...ours[0]!.chunks.map(bytesOf));
  const hires = {
    ...{ hiresSize: { width: 96, height: 64 }, hiresUpscaler: 'latent_nearest', hiresSteps: 4, hiresStrength: 0.5 },
  } as const;
  const drawn = { ...request, ...hires, guidance: 'auto', memory: 'auto' } as ImageRequest;
  const by = { model: model!, weights: weights!, backend: backend as DrawnBy['backend'] };
  assert.equal((await read(...recipeChunks({ ...by, request: drawn }))).request, { ...request, ...hires });
  const [, own] = recipeChunks({ ...by, request: drawn });
  const text = new TextDecoder().decode(own).replace('"width":96,"height":64', '"width":"wide"');
  assert.ok(text.includes('"wide"'));
  const said = await read(textChunk('pocket-diffusion', text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)));
  assert.equal(said.ignored, ['hiresSize: {"width":"wide"}']);
});

test('of sizes only those that are drawn here are taken from our own words, the others told', async () => {
  const own = JSON.parse(ours[0]!.read['pocket-diffusion']);
  const odd = {
    ...{ width: 99999, height: 8.5, hiresScale: 1e9, hiresSize: { width: 64, height: -8 } },
  };
  const text = JSON.stringify({ ...own, request: { ...own.request, ...odd } });
  const { request, ignored } = await read(textChunk('pocket-diffusion', text));
  const { width: _, height: __, ...rest } = own.request;
  assert.equal(request, rest);
  assert.equal(
    ignored,
    Object.entries(odd).map(([name, value]) => `${name}: ${JSON.stringify(value)}`),
  );
});

test('how a picture was guided is in its file, every number of it', async () => {
  const asked = {
    ...ours[0]!,
    guided: { guidanceRescale: 0.7, guidanceInterval: [0.2, 0.8], perpendicularNegative: 1.5 },
    saving: { cacheInterval: 3, cacheBranch: 1, tokenMergingRatio: 0.5 },
  };
  const { request, model, weights, backend } = await read(...asked.chunks.map(bytesOf));
  for (const guided of [asked.guided, { mimicScale: 7, mimicPercentile: 99.5 }]) {
    const by = {
      model,
      weights,
      backend,
      request: { ...request, ...guided, guidance: 'auto', memory: 'auto' },
    } as DrawnBy;
    const recipe = await read(...recipeChunks(by));
    assert.equal([recipe.request, recipe.ignored], [{ ...request, ...guided }, []]);
  }
  const text = JSON.parse(asked.read['pocket-diffusion']);
  const odd = { ...text, request: { ...text.request, guidanceInterval: [0.2] } };
  const { ignored } = await read(textChunk('pocket-diffusion', JSON.stringify(odd)));
  assert.equal(ignored, ['guidanceInterval: [0.2]']);
});

test('LoRAs are in a picture’s file by name, weight and hash; there in the prompt, here as they were asked for', async () => {
  const asked = ours[0]!;
  const { request, model, weights, backend } = await read(...asked.chunks.map(bytesOf));
  const loras = [
    { name: 'ink', weight: 0.8 },
    { name: 'old: clay', weight: -1, textEncoderWeight: 0 },
  ];
  const loraHashes = { ink: '0123456789ab', 'old: clay': 'ba9876543210' };
  const by = {
    ...{ model, weights, backend, loraHashes },
    request: { ...request, loras, guidance: 'auto', memory: 'auto' },
  } as DrawnBy;
  const chunks = recipeChunks(by);
  const recipe = await read(...chunks);
  assert.equal([recipe.request, recipe.loraHashes, recipe.ignored], [{ ...request, loras }, loraHashes, []]);
  const { texts } = await pngTexts(memorySource('a.png', withChunks(bare, chunks)), ['parameters']);
  const lines = texts.get('parameters')!.split('\n');
  assert.ok(lines[0]!.endsWith('<lora:ink:0.8><lora:old clay:0:-1>'), lines[0]!);
  assert.ok(lines.at(-1)!.endsWith(', Lora hashes: "ink: 0123456789ab, old clay: ba9876543210"'), lines.at(-1)!);
  const theirs = await read(
    textChunk('parameters', 'x<lora:ink:0.8>\nSteps: 3, Seed: 4, Lora hashes: "ink: 0123456789AB, b: 0a", Version: v1'),
  );
  assert.equal([theirs.request.prompt, theirs.loraHashes], ['x<lora:ink:0.8>', { ink: '0123456789AB' }]);
  const odd = JSON.parse(asked.read['pocket-diffusion']);
  const strange = { ...odd, loraHashes: 1, request: { ...odd.request, loras: [{ name: 1, weight: 1 }] } };
  const { ignored, loraHashes: none } = await read(textChunk('pocket-diffusion', JSON.stringify(strange)));
  assert.equal([ignored, none], [['loras: [{"name":1,"weight":1}]'], undefined]);
});

test('what steered it is in the file, without the pictures, and what of it nobody understands is told', async () => {
  const { request, model, weights, backend } = await read(...ours[0]!.chunks.map(bytesOf));
  const image = { width: 1, height: 1, pixels: Uint8Array.of(1, 2, 3) };
  const said = [
    { name: 'canny', imageName: 'a.png', hash: '0123456789ab', preprocess: { type: 'canny', low: 5, high: 9.5 } },
    { name: 'scribble', preprocess: { type: 'invert' }, weight: 0, start: 0.2, end: 0.9 },
    { name: 'colors', preprocess: { type: 'color' } },
    { name: 'depth' },
  ] as const;
  const controls = said.map((one) => ({ ...one, image }));
  const asked = { ...request, controls, controlGuess: true, guidance: 'auto', memory: 'auto' } as ImageRequest;
  const by = { model, weights, backend, request: asked } as DrawnBy;
  const recipe = await read(...recipeChunks(by));
  assert.equal([recipe.request, recipe.controls, recipe.ignored], [request, { controls: said, guess: true }, []]);
  const own = JSON.parse(ours[0]!.read['pocket-diffusion']);
  for (const strange of [
    { name: 1 },
    { name: 'a', weight: 'much' },
    { name: 'a', preprocess: { type: 'depth' } },
    { name: 'a', preprocess: { type: 'canny', low: 1 } },
    null,
  ]) {
    const odd = await read(textChunk('pocket-diffusion', JSON.stringify({ ...own, controls: [strange] })));
    assert.equal([odd.controls, odd.ignored], [undefined, [`controls: ${JSON.stringify([strange])}`]]);
  }
});

test('few steps and a tiny VAE are in the file: the demo model\u2019s is drawn with again, another is told by its name', async () => {
  const { request, model, weights, backend } = await read(...ours[0]!.chunks.map(bytesOf));
  const base = { ...request, guidance: 'auto', memory: 'auto' } as ImageRequest;
  const few = { scheduler: 'tcd', timesteps: [800], steps: 1, tinyVae: { file: 'demo', use: 'both' } } as const;
  const drawn = { ...base, ...few, sigmas: 'model' } as const;
  const by = { model, weights, backend } as Omit<DrawnBy, 'request'>;
  const recipe = await read(...recipeChunks({ ...by, request: drawn }));
  const { guidance: _, memory: __, ...kept } = drawn;
  assert.equal([recipe.request, recipe.ignored], [kept, []]);
  const spaced = { ...base, timestepSpacing: 'trailing' } as const;
  assert.is((await read(...recipeChunks({ ...by, request: spaced }))).request.timestepSpacing, 'trailing');
  const file = { path: '/home/me/taesd_decoder.safetensors', file: new Blob([]) };
  const chunks = recipeChunks({ ...by, request: { ...base, tinyVae: { file } } });
  const told = await read(...chunks);
  assert.equal([told.request.tinyVae, told.ignored], [undefined, ['tiny VAE: taesd_decoder.safetensors']]);
  assert.not.ok(chunks.some((chunk) => Buffer.from(chunk).includes('/home/me')));
  // stable-diffusion-webui's words for it, and its silence where it is not there.
  const texts = await pngTexts(memorySource('a.png', withChunks(bare, chunks)), ['parameters']);
  assert.match(texts.texts.get('parameters')!, /, VAE Decoder: TAESD/);
  assert.not.match(texts.texts.get('parameters')!, /VAE Encoder/);
  const full = await read(textChunk('parameters', `${PARAMETERS}, VAE Decoder: Full, VAE Encoder: TAESD`));
  assert.equal(full.ignored, ['VAE Encoder: TAESD']);
});

test('what stable-diffusion-webui reads in our files is what drew them, but for fields that it has no words for', async () => {
  for (const { name, read: said } of ours) {
    // Its words alone: those of a file whose other texts somebody has stripped.
    if (name === 'negative inside' || name === 'lines') continue;
    const { by, request, model } = await read(textChunk('parameters', said.parameters));
    const { sigmas, rng = 'torch', ...rest } = JSON.parse(said['pocket-diffusion']).request as ImageRequest;
    assert.equal([by, model], ['stable-diffusion-webui', 'demo']);
    const expected = { ...rest, sigmas: sigmas ?? 'model', rng, promptStyle: 'a1111' };
    assert.equal(request, expected, name);
  }
});

test('every kind of text chunk that Pillow writes is read', async () => {
  assert.equal([...new Set(pillows.map(({ kind }) => kind))].sort(), ['iTXt', 'tEXt', 'zTXt']);
  for (const { name, file, text } of pillows) {
    const { texts } = await pngTexts(memorySource('a.png', bytesOf(file)), ['parameters']);
    assert.is(texts.get('parameters'), text, name);
  }
});

test('a picture of a batch is asked for alone, with its own seed; ComfyUI’s among the others', () => {
  const batch: ImageRequest = {
    ...{ prompt: 'x', negativePrompt: '', seed: 5, steps: 2, guidanceScale: 7, width: 8, height: 8, numImages: 3 },
    ...{ scheduler: 'euler', guidance: 'auto', memory: 'auto', only: 1 },
  };
  const { only: _, ...all } = batch;
  assert.equal(requestOfPicture(batch, { seed: 6 }, 1), { ...all, seed: 6, numImages: 1 });
  const varied = { ...batch, subseed: 7, subseedStrength: 0.5 };
  const { only: __, ...rest } = varied;
  assert.equal(requestOfPicture(varied, { seed: 5, subseed: 9 }, 2), { ...rest, subseed: 9, numImages: 1 });
  assert.equal(requestOfPicture({ ...all, rng: 'comfy' }, { seed: 5 }, 2), { ...all, rng: 'comfy', only: 2 });
});

const PARAMETERS = 'x\nSteps: 3, Sampler: Euler a, Seed: 4';

test('a chunk that claims more than there is, a wrong CRC and an end too soon are bad-image', async () => {
  const text = textChunk('parameters', PARAMETERS);
  const huge = Uint8Array.from(text);
  new DataView(huge.buffer).setUint32(0, 0x7fffffff);
  const left = huge.length - 12 + bare.length - 33;
  const claims = `bad-image: a.png: chunk at byte 33: expected 2147483647 bytes of data, got ${left}`;
  assert.is(await refusal(read(huge)), claims);
  const bent = Uint8Array.from(text);
  bent[20]! ^= 1;
  assert.match(await refusal(read(bent)), /^bad-image: a\.png: chunk at byte 33: expected the CRC [0-9a-f]{8}, got/);
  assert.match(
    await refusal(readFileOf(bare.subarray(0, 40))),
    /chunk at byte 33: expected a chunk, or IEND before it/,
  );
  const strange = Uint8Array.from(text);
  strange[4] = 0;
  assert.match(await refusal(read(strange)), /expected a type of four letters/);
});

test('of a picture that ends too soon, what drew it is read if it is whole', async () => {
  const file = withChunks(bare, [textChunk('parameters', PARAMETERS)]);
  const { request, damaged } = await readFileOf(file.subarray(0, file.length - 20));
  assert.equal([request.prompt, request.steps, damaged], ['x', 3, true]);
});

const packed = (type: 'zTXt' | 'iTXt', text: Uint8Array, keyword = 'parameters') => {
  const head = type === 'zTXt' ? `${keyword}\0\0` : `${keyword}\0\x01\0\0\0`;
  return pngChunk(type, Buffer.concat([Buffer.from(head, 'latin1'), text]));
};

test('a text that unpacks to more than a MiB is refused before it is unpacked; one of another keyword is not looked at', async () => {
  const bomb = deflateSync(Buffer.alloc(200 * 1024 * 1024));
  assert.ok(bomb.length < 300_000);
  const before = process.memoryUsage().arrayBuffers;
  for (const type of ['zTXt', 'iTXt'] as const) {
    const line = `bad-image: a.png: ${type} parameters: expected at most 1048576 bytes of text, got more, unpacked`;
    assert.is(await refusal(read(packed(type, bomb))), line);
  }
  assert.ok(process.memoryUsage().arrayBuffers - before < 50e6);
  const { request } = await read(packed('zTXt', bomb, 'Comment'), packed('zTXt', deflateSync(PARAMETERS)));
  assert.is(request.prompt, 'x');
  assert.match(await refusal(read(packed('zTXt', Buffer.from('no zlib')))), /expected zlib data/);
  assert.match(await refusal(read(textChunk('parameters', 'x'.repeat(2 ** 20 + 1)))), /at most 1048576 bytes/);
});

test('what is no PNG file, and what says nothing of how it was drawn, are bad-image', async () => {
  assert.is(await refusal(readFileOf(new Uint8Array())), 'bad-image: a.png: expected a PNG file, got an empty file');
  assert.match(
    await refusal(readFileOf(Buffer.from('GIF89a, or so'))),
    /expected a PNG file, got a file of another kind/,
  );
  const none = 'bad-image: a.png: expected a picture that says how it was drawn, got one that does not';
  assert.is(await refusal(readFileOf(bare)), none);
  assert.is(await refusal(read(textChunk('Comment', PARAMETERS))), none);
  assert.match(await refusal(read(textChunk('pocket-diffusion', '{'))), /pocket-diffusion: expected JSON/);
  for (const json of ['null', '7', '{"version":1}', '{"version":1,"request":null}'])
    assert.match(await refusal(read(textChunk('pocket-diffusion', json))), /expected a version and a request/, json);
  const bytes = Buffer.from('parameters\0\0\0\0\0\xff', 'latin1');
  assert.match(await refusal(read(pngChunk('iTXt', bytes))), /iTXt parameters: expected UTF-8/);
  assert.match(await refusal(read(pngChunk('iTXt', bytes.subarray(0, 13)))), /expected a language/);
});

test('fields of another kind, and those of later versions, are told and not drawn with', async () => {
  const request = { prompt: 'x', steps: '20', seed: 3, scheduler: 'constructor', memory: 'low', later: { a: 1 } };
  const own = await read(textChunk('pocket-diffusion', JSON.stringify({ version: 2, request, model: 7 })));
  assert.equal(own.request, { prompt: 'x', seed: 3 });
  assert.equal(own.ignored, ['steps: "20"', 'scheduler: "constructor"', 'memory: "low"', 'later: {"a":1}']);
  assert.not('model' in own);
});

test.run();
