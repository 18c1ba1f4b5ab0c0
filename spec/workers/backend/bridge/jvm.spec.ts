/** Our page's end of the bridge against the host on the JVM, over a WebSocket: the same pictures, and who is let in. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { buildHost } from '../../../../build/host/startHost';
import { openConverted } from '../../../../models/convertedFolder.node';
import { psnr } from '../../../../models/quantize/quality/psnr';
import type { ImageRequest } from '../../../../workers/api';
import { connect, type HostClient } from '../../../../workers/backend/bridge/client';
import { decodeFrame } from '../../../../workers/backend/bridge/frame';
import { nodeWasmBackend } from '../../../../workers/backend/ort.node';
import { fallingBack } from '../../../../workers/fallingBack';
import { hostedParts } from '../../../../workers/model.hosted';
import { packedModel } from '../../../../workers/model.packed';
import type { Parts } from '../../../../workers/openStage';
import { textToImage } from '../../../../workers/pipeline';
import type { Tensor, Tensors } from '../../../../workers/tensor';
import { rejects } from '../../../models/rejects';
import { channelTo, demoFolder, hostOver } from './jvmHost';

const never = new AbortController().signal;
const PIXELS = 64;
const REQUEST: ImageRequest = {
  ...{ prompt: 'a red apple on a blue background', negativePrompt: '', seed: 1, steps: 3, guidanceScale: 7.5 },
  ...{ width: PIXELS, height: PIXELS, scheduler: 'ddim', numImages: 1, guidance: 'two-calls', memory: 'auto' },
};

await buildHost();
const demo = await demoFolder(PIXELS);
const host = await hostOver(demo.folder);
test.after(async () => {
  await host.stop();
  await demo.remove();
});

async function drawn(parts: Parts, request = REQUEST, onStep = (_: number): void => undefined): Promise<Uint8Array> {
  let pixels: Uint8Array | undefined;
  for await (const event of textToImage(request, parts, never)) {
    if (event.type === 'step') onStep(event.index);
    if (event.type === 'failed') throw new Error(event.message);
    if (event.type === 'image') pixels = event.picture.pixels;
  }
  return pixels!;
}

const connected = async (to = host): Promise<HostClient> => connect(await channelTo(to), never);
const unetOf = (client: HostClient) =>
  client.open(
    {
      ...{ model: client.status.models[0]!.model, stage: 'unet', backend: 'native-cpu' },
      ...{ batch: 1, width: PIXELS, height: PIXELS },
    },
    never,
  );
const unetInputs = (seed: number): Tensors => {
  const filled = (...shape: number[]): Tensor => {
    const data = new Float32Array(shape.reduce((a, b) => a * b)).map((_, i) => Math.sin(seed + i));
    return { type: 'float32', shape, data };
  };
  return { sample: filled(1, 4, 8, 8), timestep: filled(1), encoder_hidden_states: filled(1, 77, 64) };
};

test('the host tells what it has', async () => {
  const client = await connected();
  const { status } = client;
  assert.equal(status.backends.npu, { available: false, why: 'no-npu' });
  assert.ok(status.backends['native-cpu'].available && status.backends['native-cpu'].threads! > 0);
  const { totalBytes, availableBytes } = status.memory;
  assert.ok(availableBytes > 1e6 && availableBytes < totalBytes, `${availableBytes} of ${totalBytes}`);
  assert.is(status.models.length, 1);
  const size = { batch: 1, backends: ['native-cpu'] };
  const pixels = { width: PIXELS, height: PIXELS };
  assert.equal(status.models[0]!.stages, [
    { stage: 'text_encoder', ...size },
    ...['unet', 'vae_decoder', 'vae_encoder'].map((stage) => ({ stage, ...size, ...pixels })),
  ]);
  const { manifest } = await client.describe(status.models[0]!.model);
  assert.ok(manifest === (await readFile(join(demo.folder, 'manifest.json'), 'utf8')));
  client.close();
});

test('a picture drawn over the bridge is the picture that WebAssembly draws: 50 dB and more', async () => {
  const client = await connected();
  const offered = client.status.models[0]!;
  const overBridge = await drawn(await hostedParts(client, offered, 'native-cpu'));
  client.close();
  const { manifest, weights } = await openConverted(demo.folder);
  const own = await drawn({ model: packedModel('demo', manifest, weights), backend: nodeWasmBackend() });
  const decibels = psnr(overBridge, own);
  assert.ok(new Set(own).size > 100, 'a picture of many tones');
  assert.ok(decibels >= 50, `${decibels.toFixed(1)} dB`);
});

test('hidden states cross once for all pictures of a drawing', async () => {
  const channel = await channelTo(host);
  const said: string[] = [];
  const send = (frame: ArrayBuffer): void => {
    said.push(decodeFrame(frame).metadata.get('type')!);
    channel.send(frame);
  };
  const client = await connect({ ...channel, send }, never);
  const parts = await hostedParts(client, client.status.models[0]!, 'native-cpu');
  await drawn(parts, { ...REQUEST, steps: 2, numImages: 2 });
  const count = (type: string): number => said.filter((one) => one === type).length;
  // Those of the prompt and of the negative one; the text encoder twice, then two pictures of two steps and a decoding.
  assert.equal([count('put'), count('run'), count('drop')], [2, 2 + 2 * (2 * 2 + 1), 0]);
  client.forget();
  assert.is(count('drop'), 2);
  client.close();
});

test('a network that runs is stopped, and the next one runs', async () => {
  const client = await connected();
  const session = await unetOf(client);
  const abort = new AbortController();
  const running = session.run(unetInputs(1), abort.signal).catch((thrown: unknown) => thrown);
  abort.abort(new Error('stopped'));
  assert.is(await running, abort.signal.reason);
  const { noise } = await session.run(unetInputs(1));
  assert.equal(noise!.shape, [1, 4, 8, 8]);
  await session.close();
  await rejects(() => session.run(unetInputs(1)), 'bad-host', 'session');
  client.close();
});

test('what the host does not have it says in its codes', async () => {
  const client = await connected();
  const { model } = client.status.models[0]!;
  const wanted = { model, stage: 'unet', backend: 'native-cpu', batch: 1, width: PIXELS, height: PIXELS } as const;
  await rejects(() => client.open({ ...wanted, width: 128 }, never), 'backend-unavailable', 'unet', '128 x 64');
  await rejects(() => client.open({ ...wanted, backend: 'npu' }, never), 'backend-unavailable', 'npu', 'no-npu');
  await rejects(() => client.embed(model, Int32Array.of(1)), 'bad-host', 'token table');
  client.close();
});

const TOKEN = host.token;
const WRONG = `${TOKEN.slice(0, -1)}${TOKEN.endsWith('0') ? '1' : '0'}`;
const STRANGERS = {
  'of another origin': { origin: 'http://localhost:8081' },
  'of an origin that begins like ours': { origin: 'http://localhost:8080.example.com' },
  'of a frame without an origin': { origin: 'null' },
  'that is no browser': { origin: '' },
  'with a wrong token': { protocols: ['pocket-diffusion', `token.${WRONG}`] },
  'with the beginning of the token': { protocols: ['pocket-diffusion', `token.${TOKEN.slice(0, 63)}`] },
  'without a token': { protocols: ['pocket-diffusion'] },
  'without the protocol': { protocols: [`token.${TOKEN}`] },
  'by another name of this machine': { headers: { Host: `attacker.example.com:${host.port}` } },
};
for (const [sentence, caller] of Object.entries(STRANGERS)) {
  test(`a caller ${sentence} is refused before any frame`, async () => {
    await rejects(() => channelTo(host, caller), 'host-lost');
    // It was not for want of room.
    (await channelTo(host)).close();
  });
}

test('the fifth page at a time is refused, and let in when another has gone', async () => {
  const other = await hostOver(demo.folder);
  const clients = await Promise.all(Array.from({ length: 4 }, () => connected(other)));
  await rejects(() => channelTo(other), 'host-lost');
  clients[0]!.close();
  // The host hears of an end when it hears of it.
  while (!(await channelTo(other).catch(() => undefined)));
  await other.stop();
});

test('a frame above the cap ends the connection unread', async () => {
  const channel = await channelTo(host);
  const closed = new Promise<void>((resolve) => channel.listen({ message: () => undefined, closed: resolve }));
  channel.send(new ArrayBuffer((64 << 20) + 1));
  await closed;
});

test('a host that is killed while it runs a network is lost, at once', async () => {
  const other = await hostOver(demo.folder);
  const client = await connected(other);
  const session = await unetOf(client);
  const running = session.run(unetInputs(1));
  other.process.kill('SIGKILL');
  await rejects(() => running, 'host-lost');
  await rejects(() => channelTo(other), 'host-lost');
});

test('a host that is killed in step 7 of 20: the page draws on, the same picture', async () => {
  const other = await hostOver(demo.folder);
  const client = await connected(other);
  const offered = client.status.models[0]!;
  const first = await hostedParts(client, offered, 'native-cpu');
  const { manifest, weights } = await openConverted(demo.folder);
  const own = { model: packedModel('demo', manifest, weights), backend: nodeWasmBackend() };
  const fell: string[] = [];
  const parts = fallingBack(
    first,
    async () => own,
    (stage, { code }) => fell.push(`${stage}: ${code}`),
  );
  const request = { ...REQUEST, steps: 20 };
  const rescued = await drawn(parts, request, (step) => {
    if (step === 6) other.process.kill('SIGKILL');
  });
  assert.equal(fell, ['unet: host-lost', 'vae_decoder: host-lost']);
  const decibels = psnr(rescued, await drawn(own, request));
  assert.ok(decibels >= 50, `${decibels.toFixed(1)} dB`);
});

test('a flipped byte of the weights is found before anything is computed from it', async () => {
  const other = await hostOver(demo.folder);
  const path = join(demo.folder, 'unet.weights');
  const whole = await readFile(path);
  const damaged = Uint8Array.from(whole);
  damaged[damaged.length >> 1]! ^= 1;
  await writeFile(path, damaged);
  const client = await connected(other);
  await rejects(() => unetOf(client), 'corrupt-store', 'unet.weights');
  await writeFile(path, whole);
  client.close();
  await other.stop();
});

test('a folder that is no model is refused when the host starts', async () => {
  await rejects(() => hostOver(join(demo.folder, 'nowhere')), 'bad-model', 'manifest.json');
});

test.run();
