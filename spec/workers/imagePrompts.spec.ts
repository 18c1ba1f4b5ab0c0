/** Pictures to draw like on their way to the UNet: laws of what is drawn, by every way of drawing; what is run and closed when; what is refused. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type AdapterKind, hashedEncoder, hashedIpAdapter } from '../../build/fidelityIpAdapter';
import { openDiffusersFolder } from '../../models/checkpoint';
import { diskFolder } from '../../models/folder.node';
import { imageKeysName } from '../../models/graph/imageNames';
import { crossAttentions } from '../../models/graph/unet';
import { planModel } from '../../models/planModel';
import { psnr } from '../../models/quantize/quality/psnr';
import type { ImageEvent, ImageRequest, InitImage, Picture } from '../../workers/api';
import { nodeInt8Backend } from '../../workers/backend/int8/int8.node';
import { notingBackend } from '../../workers/backend/notingBackend';
import { nodeWasmBackend } from '../../workers/backend/ort.node';
import { type ImagePrompting, imagePrompting, imageTokens } from '../../workers/imagePrompting';
import { FASTEST } from '../../workers/memory/course';
import { planDrawing } from '../../workers/memory/drawingPlan';
import { int8Plan } from '../../workers/memory/int8Plan';
import { promptingBytes } from '../../workers/memory/promptingBytes';
import { checkpointModel } from '../../workers/model.checkpoint';
import type { Parts } from '../../workers/openStage';
import { textToImage } from '../../workers/pipeline';
import { checkRequest, DEFAULTS } from '../../workers/request';
import { shownImages } from '../../workers/shownImages';
import type { Tensor, Tensors } from '../../workers/tensor';
import { fromRoot } from '../root';
import { ROOMY } from './memory/fullSize';
import { wavePicture } from './pictureFile/wavePicture';
import { refusal } from './refusal';

const demo = await openDiffusersFolder(await diskFolder(fromRoot('models/demo/model')));
const { unet } = demo.description;
const encoder = await hashedEncoder();
const wasm = nodeWasmBackend();
const model = checkpointModel(demo);

const wave: InitImage = { width: 60, height: 80, pixels: wavePicture(60, 80) };
const stripes: InitImage = {
  ...{ width: 50, height: 40 },
  pixels: Uint8Array.from({ length: 6000 }, (_, i) => (Math.floor(i / 450) % 2 === 0 ? 240 : 30)),
};
const REQUEST: ImageRequest = {
  ...DEFAULTS,
  ...{ prompt: 'two owls in the forest', seed: 3, steps: 2, width: 48, height: 40, scheduler: 'euler' },
};

const seeingBy = async (eye: typeof encoder, ...kinds: AdapterKind[]): Promise<ImagePrompting> =>
  imagePrompting(
    await Promise.all(kinds.map(async (kind) => ({ adapter: await hashedIpAdapter(kind, unet), encoder: eye }))),
    unet,
    wasm,
  );
const seeing = (...kinds: AdapterKind[]): Promise<ImagePrompting> => seeingBy(encoder, ...kinds);
const one = (...images: InitImage[]) => ({ ipAdapters: [{ name: 'plain', images }] });

async function all(
  change: Partial<ImageRequest>,
  parts: Parts,
): Promise<{ pictures: Picture[]; events: ImageEvent[] }> {
  const events: ImageEvent[] = [];
  const request = checkRequest({ ...REQUEST, ...change });
  for await (const event of textToImage(request, parts, new AbortController().signal)) {
    if (event.type === 'failed') throw new Error(event.message);
    events.push(event);
  }
  return { pictures: events.flatMap((event) => (event.type === 'image' ? [event.picture] : [])), events };
}
const drawn = async (change: Partial<ImageRequest>, parts: Parts): Promise<Uint8Array> =>
  (await all(change, parts)).pictures[0]!.pixels;

const plain = { model, backend: wasm, imagePrompts: await seeing('plain') };

test('of scale 0 it is as if there were none, and nothing is looked at; of another it is not', async () => {
  const without = await drawn({}, { model, backend: wasm });
  const run: string[] = [];
  const noting = notingBackend(wasm, (stage) => void run.push(stage));
  const prompting = { ...plain.imagePrompts, backend: noting };
  const off = { ipAdapters: [{ name: 'plain', images: [wave], scale: 0 }] };
  assert.equal(await drawn(off, { ...plain, imagePrompts: prompting }), without);
  assert.equal(run, []);
  assert.ok(psnr(await drawn(one(wave), { ...plain, imagePrompts: prompting }), without) < 20);
  // The picture seen, then what is made of it and of none.
  assert.is(run.length, 3);
});

test('the same picture twice is that picture once, another besides is not; nor does their order matter', async () => {
  const once = await drawn(one(wave), plain);
  assert.ok(psnr(await drawn(one(wave, wave), plain), once) > 70);
  const both = await drawn(one(wave, stripes), plain);
  assert.ok(psnr(both, once) < 30);
  assert.ok(psnr(await drawn(one(stripes, wave), plain), both) > 70);
});

test('one call a step and two, weights whole and streamed, one of a batch and all of it: the same picture', async () => {
  const two = await drawn({ ...one(wave), guidance: 'two-calls' }, plain);
  assert.equal(await drawn({ ...one(wave), guidance: 'one-call' }, plain), two);
  const courses = { ...FASTEST, unet: { segments: 3, lean: true } };
  assert.equal(await drawn({ ...one(wave), guidance: 'two-calls' }, { ...plain, courses }), two);
  const { pictures } = await all({ ...one(wave), numImages: 2 }, plain);
  assert.equal(pictures[0]!.pixels, two);
  assert.equal(pictures[1]!.pixels, await drawn({ ...one(wave), seed: 4 }, plain));
});

test('in its part of the calls it counts, and outside it is as if there were none, in one call a step and in two', async () => {
  const [first, second] = [{ end: 0.5 }, { start: 0.5 }];
  const asked = (part: object): Partial<ImageRequest> => ({ ipAdapters: [{ ...one(wave).ipAdapters[0]!, ...part }] });
  const without = await drawn({}, { model, backend: wasm });
  // Of two steps a part that holds neither whole.
  assert.equal(await drawn(asked({ start: 0.1, end: 0.9 }), plain), without);
  const throughout = await drawn(one(wave), plain);
  assert.equal(await drawn(asked({ start: 0, end: 1 }), plain), throughout);
  const [early, late] = [await drawn(asked(first), plain), await drawn(asked(second), plain)];
  // The first step is the one that decides.
  assert.ok(psnr(early, without) < psnr(late, without), `${psnr(early, without)}, ${psnr(late, without)} dB`);
  assert.not.equal(late, without);
  const both = { ipAdapters: [...asked(first).ipAdapters!, ...asked(second).ipAdapters!] };
  const twice = { ...plain, imagePrompts: await seeing('plain', 'plain') };
  assert.ok(psnr(await drawn(both, twice), throughout) > 70);
  for (const guidance of ['one-call', 'two-calls'] as const)
    assert.equal(await drawn({ ...asked(first), guidance }, plain), early);
});

test('where its mask is white a picture counts and where it is black it does not, each by its own, however it is drawn', async () => {
  const mask = (at: (x: number) => boolean): InitImage => ({
    ...{ width: 48, height: 40 },
    pixels: Uint8Array.from({ length: 3 * 48 * 40 }, (_, i) => (at(Math.floor(i / 3) % 48) ? 255 : 0)),
  });
  const [white, black, left, right] = [() => true, () => false, (x: number) => x < 24, (x: number) => x >= 24].map(
    (at) => mask(at),
  ) as [InitImage, InitImage, InitImage, InitImage];
  const asked = (images: InitImage[], masks: InitImage[], more: object = {}): Partial<ImageRequest> => ({
    ipAdapters: [{ name: 'plain', images, masks, ...more }],
  });
  const [throughout, without] = [await drawn(one(wave), plain), await drawn({}, { model, backend: wasm })];
  assert.ok(psnr(await drawn(asked([wave], [white]), plain), throughout) > 70);
  assert.equal(await drawn(asked([wave], [black]), plain), without);
  // Each half of what is seen is a half of the picture's own, and both together are all of it.
  assert.ok(psnr(await drawn(asked([wave, wave], [left, right]), plain), throughout) > 40);
  const halves = await drawn(asked([wave, stripes], [left, right]), plain);
  assert.ok(psnr(await drawn(asked([stripes, wave], [right, left]), plain), halves) > 70);
  assert.ok(psnr(await drawn(asked([wave, stripes], [right, left]), plain), halves) < 30);
  assert.ok(psnr(await drawn(one(wave, stripes), plain), halves) < 30);
  for (const guidance of ['one-call', 'two-calls'] as const)
    assert.equal(await drawn({ ...asked([wave, stripes], [left, right]), guidance }, plain), halves);
  const courses = { ...FASTEST, unet: { segments: 3, lean: true } };
  assert.equal(await drawn(asked([wave, stripes], [left, right]), { ...plain, courses }), halves);
  assert.equal(await drawn(asked([wave], [left], { start: 0.1, end: 0.9 }), plain), without);
  // In a second pass, of another size.
  const twice = await drawn({ ...asked([wave], [left]), hiresScale: 1.5, hiresSteps: 1 }, plain);
  assert.is(twice.length, 3 * 72 * 56);
  const rounded = { model: checkpointModel(demo, planModel(demo, 'int8')), imagePrompts: plain.imagePrompts };
  const exact = await drawn(asked([wave, stripes], [left, right]), { ...rounded, backend: wasm });
  const own = await drawn(asked([wave, stripes], [left, right]), {
    ...rounded,
    backend: await nodeInt8Backend({ threads: 1 }),
  });
  assert.ok(psnr(own, exact) > 35, `${psnr(own, exact)} dB`);
});

test('adapters that have each their own encoder see by it', async () => {
  const other = await hashedEncoder('quick_gelu');
  const [own, others] = await Promise.all([encoder, other].map((each) => seeingBy(each, 'plain')));
  const [by, byOther] = [own!, others!].map(({ adapters }) => adapters[0]!);
  const two = { ...plain, imagePrompts: { ...own!, adapters: [by!, byOther!] } };
  const swapped = { ...plain, imagePrompts: { ...own!, adapters: [byOther!, by!] } };
  const each = { ipAdapters: [wave, stripes].map((image) => ({ name: 'plain', images: [image], scale: 0.5 })) };
  const turned = { ipAdapters: [...each.ipAdapters].reverse() };
  const drawing = await drawn(each, two);
  assert.ok(psnr(await drawn(turned, swapped), drawing) > 70);
  assert.ok(psnr(await drawn(each, swapped), drawing) < 60);
});

test('pictures are looked at once, before the UNet is opened, also where it draws several pictures or twice', async () => {
  const { events } = await all({ ...one(wave), numImages: 2, hiresScale: 1.5, hiresSteps: 1 }, plain);
  const told = events.flatMap((event) => {
    if (event.type === 'loading' && event.bytes === 0) return [event.stage];
    return event.type === 'encoding' ? [event.type] : [];
  });
  const unets = ['unet', 'unet', 'vae_decoder'];
  assert.equal(told, ['text_encoder', 'encoding', ...unets, ...unets]);
  const { timings } = events.at(-1) as Extract<ImageEvent, { type: 'finished' }>;
  assert.ok(timings.imageEncoder! > 0);
});

test('our own kernels draw nearly the same of the same weights, with adapters of two kinds at once, in one call and two', async () => {
  const prompting = await seeing('plain', 'plus');
  const ipAdapters = [
    { name: 'plain', images: [wave], scale: 0.6 },
    { name: 'plus', images: [stripes], scale: 0.4 },
  ];
  const rounded = { model: checkpointModel(demo, planModel(demo, 'int8')), imagePrompts: prompting };
  const exact = await drawn({ ipAdapters }, { ...rounded, backend: wasm });
  const own = { ...rounded, backend: await nodeInt8Backend({ threads: 1 }) };
  const together = await drawn({ ipAdapters, guidance: 'one-call' }, own);
  assert.ok(psnr(together, exact) > 35, `${psnr(together, exact)} dB`);
  assert.equal(await drawn({ ipAdapters, guidance: 'two-calls' }, own), together);
});

test('a UNet is shown the pictures with the prompt, and none without it; a part of one only what it takes in', async () => {
  const [withPrompt, without] = [1, 2].map(
    (value): Tensors =>
      Object.fromEntries(
        crossAttentions(unet).map(({ scope }): [string, Tensor] => [
          imageKeysName(scope),
          { type: 'float32', shape: [1, 1, 1], data: Float32Array.of(value) },
        ]),
      ),
  ) as [Tensors, Tensors];
  const states = [0, 1].map((): Tensor => ({ type: 'float32', shape: [1, 1, 1], data: new Float32Array(1) }));
  const echo = { run: async (given: Tensors) => given, close: async () => undefined };
  const prompts = { imageTokens: [1], parts: [{}], prompt: withPrompt, negative: without };
  const size = { batch: 1, height: 8, width: 8, imageTokens: [1] };
  const shown = shownImages(echo, unet, size, prompts, (each) => each === states[0]);
  const [seen, unseen] = await Promise.all(states.map((each) => shown.run({ encoder_hidden_states: each })));
  for (const { scope } of crossAttentions(unet)) {
    assert.equal([...seen![imageKeysName(scope)]!.data], [1]);
    assert.equal([...unseen![imageKeysName(scope)]!.data], [2]);
  }
  const deep = { branch: 0, from: 'given' } as const;
  const part = await shownImages(echo, unet, { ...size, deep }, prompts, () => true).run({
    encoder_hidden_states: states[0]!,
  });
  assert.equal(
    Object.keys(part).filter((name) => name.startsWith('image_')),
    [imageKeysName('up_blocks.3.attentions.1.transformer_blocks.0.attn2')],
  );
  const both = await shownImages(echo, unet, { ...size, batch: 2 }, prompts, () => true).run({
    encoder_hidden_states: { type: 'float32', shape: [2, 1, 1], data: new Float32Array(2) },
  });
  assert.equal([...both[imageKeysName(crossAttentions(unet)[0]!.scope)]!.data], [2, 1]);
});

test('a plan counts what is run before the UNet, and what the UNet is shown', async () => {
  const prompts = await seeing('plain', 'plus');
  const chosen = [
    { name: 'plain', images: [wave, stripes] },
    { name: 'plus', images: [wave], scale: 0 },
  ];
  assert.equal(imageTokens(prompts, chosen), [8]);
  const masks = [wave, wave];
  assert.equal(imageTokens(prompts, [{ ...chosen[0]!, masks }, chosen[1]!]), [{ masked: 4 }, { masked: 4 }]);
  const before = promptingBytes(prompts);
  assert.ok(before > 32e6 && before < 64e6, `${before}`);
  const manifest = planModel(demo);
  const size = { width: 64, height: 64 };
  const peak = (more: object): number => planDrawing(manifest, { ...size, ...more }, ROOMY).peakBytes;
  assert.is(peak({ before: 1e9 }), 1e9);
  assert.ok(peak({ imageTokens: [4000] }) > peak({}));
  const own = (more: object): number => int8Plan(planModel(demo, 'int8'), { ...size, ...more }, ROOMY, 1).peakBytes;
  assert.is(own({ before: 1e9 }), own({}) + 1e9);
});

test('what is asked for wrongly is refused with the numbers', async () => {
  const image = { width: 2, height: 1, pixels: new Uint8Array(6) };
  const asked = (ipAdapters: ImageRequest['ipAdapters']): Promise<string> =>
    refusal((async () => checkRequest({ ...REQUEST, ipAdapters: ipAdapters! }))());
  assert.is(await asked([]), 'bad-argument: ipAdapters: expected one at least, got 0');
  for (const [change, said] of [
    [{ scale: 10.5 }, 'ipAdapters: x: scale: expected a number from 0 to 10, got 10.5'],
    [{ scale: -1 }, 'scale: expected a number from 0 to 10, got -1'],
    [{ start: -0.1 }, 'ipAdapters: x: start: expected a number from 0 to 1, got -0.1'],
    [{ start: 0.5, end: 0.5 }, 'ipAdapters: x: end: expected above its start, 0.5, got 0.5'],
    [{ images: [] }, 'ipAdapters: x: images: expected 1 to 16, got 0'],
    [{ masks: [] }, 'ipAdapters: x: masks: expected 1, one for each of images, got 0'],
    [{ masks: [{ ...image, width: 3 }] }, 'masks: expected 3 × 1 pixels of 3 bytes, got 6 bytes'],
    [{ images: [{ ...image, width: 3 }] }, 'images: expected 3 × 1 pixels of 3 bytes, got 6 bytes'],
    [{ images: [{ width: 0, height: 0, pixels: new Uint8Array(0) }] }, 'images: expected 0 × 0 pixels'],
  ] as const)
    assert.match(await asked([{ name: 'x', images: [image], ...change }]), said);
  // Nobody has opened any.
  const failed = refusal(drawn(one(wave), { model, backend: wasm }));
  assert.match(await failed, 'bad-argument: ipAdapters: expected 1 that are open, got 0');
});

test.run();
