/** The page's end of the bridge with hosts that lie, fall silent or die: everything asked ends, with a code. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DRAWS, TOY_PORTS, TOY_STATUS } from '../../../../build/bridge/toyHost';
import { tensorVector } from '../../../../build/bridge/vector';
import { connect } from '../../../../workers/backend/bridge/client';
import { hostBackend, hostedFile } from '../../../../workers/backend/bridge/hostBackend';
import type { Session } from '../../../../workers/backend/bridge/session';
import type { Tensor, Tensors } from '../../../../workers/tensor';
import { describeRandomModel } from '../../../models/randomModel';
import { rejects } from '../../../models/rejects';
import { answering, type FakeHost, fakeHost } from './fakeHost';

const { floats, ints, json } = tensorVector;
const never = new AbortController().signal;
/** Milliseconds; short, so that silence is heard soon. */
const IMPATIENT = { hello: 30, silence: 30, whole: 60_000 };
const SHORT = { hello: 60_000, silence: 30, whole: 200 };
const LONG = { hello: 60_000, silence: 60_000, whole: 60_000 };

const NOISE = floats([1, 2], [3, 4]);
const SOUND = {
  hello: [{}, { status: json(TOY_STATUS) }],
  open: [{ milliseconds: '1' }, { ports: json(TOY_PORTS) }],
  run: [{ milliseconds: '1', thermal: 'none' }, { noise: NOISE }],
} as const;
const WANTED = { model: DRAWS, stage: 'unet', backend: 'native-cpu', batch: 1, width: 16, height: 16 } as const;
const STATES = floats([1, 3], [1, 2, 3]) as Tensor;
const INPUTS: Tensors = {
  sample: floats([1, 2], [1, 2]) as Tensor,
  timestep: floats([1], [1]) as Tensor,
  encoder_hidden_states: STATES,
};

async function opened(host: FakeHost, timeouts = LONG): Promise<Session> {
  const client = await connect(host.channel, never, timeouts);
  return client.open(WANTED, never);
}

/** A host that is sound up to `run`, of which `lie` takes care. */
const lyingAt = (at: string, lie: (host: FakeHost, call: string) => void): FakeHost =>
  answering(SOUND, (host, type, call) => {
    if (type === at) lie(host, call);
    return type === at;
  });

const LIES: readonly (readonly [
  sentence: string,
  noise: Tensors | Record<string, never>,
  code: 'bad-host' | 'bad-picture',
  words: string,
])[] = [
  ['of another shape', { noise: floats([2, 1], [3, 4]) as Tensor }, 'bad-host', 'expected F32 [1,2], got F32 [2,1]'],
  ['of another dtype', { noise: ints([1, 2], [3, 4]) as Tensor }, 'bad-host', 'got I32 [1,2]'],
  ['by another name', { sound: NOISE as Tensor }, 'bad-host', 'got nothing'],
  ['that is missing', {}, 'bad-host', 'expected noise, got '],
  ['beside one that was not asked for', { noise: NOISE as Tensor, more: NOISE as Tensor }, 'bad-host', 'noise, more'],
  ['with NaN in it', { noise: floats([1, 2], [3, Number.NaN]) as Tensor }, 'bad-picture', 'NaN at 1'],
  [
    'with infinity in it',
    { noise: floats([1, 2], [Number.NEGATIVE_INFINITY, 3]) as Tensor },
    'bad-picture',
    '-Infinity at 0',
  ],
];
for (const [sentence, noise, code, words] of LIES) {
  test(`an output ${sentence}`, async () => {
    const host = lyingAt('run', (it, call) => it.say({ type: 'answer', call }, noise));
    const session = await opened(host);
    await rejects(() => session.run(INPUTS), code, words);
    assert.is(host.closed, code === 'bad-host');
    if (code === 'bad-host') await rejects(() => session.run(INPUTS), 'bad-host', words);
  });
}

test('the largest floats are let through', async () => {
  const { length } = Float32Array.of(3e38, 3e38);
  const host = lyingAt('run', (it, call) =>
    it.say({ type: 'answer', call }, { noise: floats([1, length], [3e38, 3e38]) }),
  );
  assert.ok((await (await opened(host)).run(INPUTS)).noise);
});

const NONSENSE: readonly (readonly [sentence: string, say: (host: FakeHost, call: string) => void, words: string])[] = [
  ['another version', (it, call) => it.say({ type: 'answer', call, protocol: '2' }), 'protocol: expected 1, got 2'],
  ['a type that nobody knows', (it, call) => it.say({ type: 'song', call }), 'got song'],
  ['an answer to a call that was never made', (it) => it.say({ type: 'answer', call: '99' }), 'got 99'],
  ['a call that is no number', (it) => it.say({ type: 'answer', call: '1e0' }), 'call: expected a number'],
  ['a huge frame', (it) => it.sayRaw(new ArrayBuffer((64 << 20) + 1)), 'at most 67108864 bytes, got 67108865'],
  ['a header that claims 2^60 bytes', (it) => it.sayRaw(BigUint64Array.of(2n ** 60n, 0x7b7bn).buffer), 'header length'],
  ['text', (it) => it.sayRaw('{"type":"answer"}'), 'an ArrayBuffer, got string'],
  [
    'that it could not read us',
    (it) => it.say({ type: 'error', code: 'bad-frame', argument: 'frame', expected: 'a', got: 'b' }),
    'bad-frame: frame',
  ],
  [
    'a code that nobody knows',
    (it, call) => it.say({ type: 'error', call, code: 'constructor', argument: 'x', expected: 'a', got: 'b' }),
    'constructor: x',
  ],
];
for (const [sentence, say, words] of NONSENSE) {
  test(`a host that says ${sentence}`, async () => {
    const session = await opened(lyingAt('run', say));
    await rejects(() => session.run(INPUTS), 'bad-host', words);
  });
}

test('ports and status are held against the protocol', async () => {
  const bad = { ...TOY_PORTS, outputs: [{ name: 'noise', dtype: 'F16', shape: [1, 2] }] };
  const liar = answering({ ...SOUND, open: [{}, { ports: json(bad) }] });
  await rejects(() => opened(liar), 'bad-host', 'ports: outputs', 'F16');
  assert.ok(liar.closed);
  const { models: _, ...less } = TOY_STATUS;
  await rejects(() => opened(answering({ hello: [{}, { status: json(less) }] })), 'bad-host', 'status: models');
  for (const dutyPercent of [0, 101, 0.5, '50']) {
    const status = json({ ...TOY_STATUS, dutyPercent });
    await rejects(() => opened(answering({ hello: [{}, { status }] })), 'bad-host', 'status: dutyPercent');
  }
  await rejects(
    () => opened(answering({ hello: [{}, { status: tensorVector.bytes('{') }] })),
    'bad-host',
    'status: expected JSON',
  );
});

test('a host without a version in common', async () => {
  const details = { argument: 'protocols', expected: '2 or 3', got: '1' };
  const host = lyingAt('hello', (it, call) =>
    it.say({ type: 'error', call, code: 'unsupported-protocol', ...details }),
  );
  await rejects(() => connect(host.channel, never), 'bad-host', 'unsupported-protocol', 'expected 2 or 3, got 1');
});

test('errors of the host keep their code where we have one', async () => {
  for (const [code, ours] of [
    ['out-of-memory', 'out-of-memory'],
    ['too-hot', 'too-hot'],
    ['not-here', 'backend-unavailable'],
  ] as const) {
    const details = { argument: 'unet', expected: 'a', got: 'b' };
    const host = lyingAt('run', (it, call) => it.say({ type: 'error', call, code, ...details }));
    const session = await opened(host);
    await rejects(() => session.run(INPUTS), ours, 'unet: expected a, got b');
    assert.not(host.closed);
  }
});

test('a host that never answers', async () => {
  const mute = fakeHost(() => undefined);
  await rejects(() => connect(mute.channel, never, { ...IMPATIENT, silence: 60_000 }), 'host-silent', 'hello');
  assert.ok(mute.closed);
  const host = lyingAt('run', () => undefined);
  const session = await opened(host, IMPATIENT);
  await rejects(() => session.run(INPUTS), 'host-silent', 'run');
  assert.ok(host.closed);
});

test('a host that is for ever at it', async () => {
  let saying: ReturnType<typeof setInterval> | undefined;
  const host = lyingAt('run', (it, call) => {
    saying = setInterval(() => it.say({ type: 'progress', call }), 5);
  });
  const session = await opened(host, SHORT);
  const started = performance.now();
  await rejects(() => session.run(INPUTS), 'host-silent', 'run');
  clearInterval(saying);
  assert.ok(performance.now() - started > SHORT.silence * 2, 'progress holds the silence off');
});

test('a compilation tells how far it is', async () => {
  const told: number[][] = [];
  const host = lyingAt('open', (it, call) => {
    it.say({ type: 'progress', call });
    it.say({ type: 'progress', call, done: '0', of: '2' });
    it.say({ type: 'progress', call, done: '1', of: '2' });
    it.say({ type: 'answer', call, milliseconds: '1' }, { ports: json(TOY_PORTS) });
  });
  const client = await connect(host.channel, never, LONG);
  await client.open(WANTED, never, (done, of) => told.push([done, of]));
  assert.equal(told, [
    [0, 2],
    [1, 2],
  ]);
});

test('a host that dies rejects all that is pending, and all that comes', async () => {
  const host = lyingAt('run', (it) => it.die());
  const client = await connect(host.channel, never, LONG);
  const session = await client.open(WANTED, never);
  const pending = [session.run(INPUTS), session.run(INPUTS)];
  for (const each of pending) await rejects(() => each, 'host-lost');
  await rejects(() => session.close(), 'host-lost');
  await rejects(() => client.refresh(), 'host-lost');
});

test('a canceled call rejects at once, the host is told, and its late answer is dropped', async () => {
  let answer = (): void => undefined;
  let runs = 0;
  const host = lyingAt('run', (it, call) => {
    runs += 1;
    const say = (): void => it.say({ type: 'answer', call }, { noise: NOISE });
    if (runs > 1) say();
    else answer = say;
  });
  const session = await opened(host);
  const abort = new AbortController();
  const reason = new Error('stopped');
  const running = session.run(INPUTS, abort.signal).catch((thrown: unknown) => thrown);
  abort.abort(reason);
  assert.is(await running, reason);
  const { type, call } = host.heard.at(-1)!;
  assert.equal([type, call], ['cancel', host.heard.find((heard) => heard.type === 'run')!.call]);
  answer();
  assert.equal(await session.run(INPUTS), { noise: NOISE });
  assert.is(await session.run(INPUTS, abort.signal).catch((thrown: unknown) => thrown), reason);
  assert.not(host.closed);
});

test('an opening that is canceled is closed at the host', async () => {
  const host = lyingAt('open', () => undefined);
  const client = await connect(host.channel, never, LONG);
  const abort = new AbortController();
  const opening = client.open(WANTED, abort.signal).catch((thrown: unknown) => thrown);
  abort.abort(new Error('stopped'));
  await opening;
  assert.equal(
    host.heard.map(({ type }) => type),
    ['hello', 'open', 'cancel', 'close'],
  );
});

test('as a backend it opens by name and size, and a stopped drawing stops the network', async () => {
  const ports = { ...TOY_PORTS, outputs: [{ name: 'noise', dtype: 'F32', shape: [1, 4, 2, 3] }] };
  const sound = { ...SOUND, open: [{ milliseconds: '1' }, { ports: json(ports) }] } as const;
  const host = answering(sound, (_, type) => type === 'run');
  const client = await connect(host.channel, never, LONG);
  const backend = hostBackend(client, DRAWS, 'native-cpu', describeRandomModel('A'));
  const abort = new AbortController();
  const stage = await backend.open(hostedFile('unet', { batch: 1, height: 2, width: 3 }), abort.signal);
  const asked = Object.fromEntries(host.heard.at(-1)!.frame.metadata);
  assert.equal([asked.stage, asked.batch, asked.width, asked.height], ['unet', '1', '24', '16']);
  const running = stage.run(INPUTS).catch((thrown: unknown) => thrown);
  abort.abort(new Error('stopped'));
  assert.is(await running, abort.signal.reason);
  await stage.close();
  await rejects(
    () => backend.open({ ...hostedFile('unet', { batch: 1, height: 2, width: 2 }), size: undefined } as never, never),
    'bad-argument',
    'unet',
  );
});

test('the calls of a step are both on their way before either is answered, and answered each for itself', async () => {
  const ports = { ...TOY_PORTS, outputs: [{ name: 'noise', dtype: 'F32', shape: [1, 4, 1, 1] }] };
  const sound = { ...SOUND, open: [{}, { ports: json(ports) }] } as const;
  const waiting: string[] = [];
  const host = answering(sound, (it, type, call) => {
    if (type !== 'run') return false;
    waiting.push(call);
    const noise = (first: number) => ({ noise: floats([1, 4, 1, 1], [first, 0, 0, 0]) });
    if (waiting.length === 2) for (const one of waiting) it.say({ type: 'answer', call: one }, noise(Number(one)));
    return true;
  });
  const client = await connect(host.channel, never, LONG);
  const backend = hostBackend(client, DRAWS, 'native-cpu', describeRandomModel('A'));
  const stage = await backend.open(hostedFile('unet', { batch: 1, height: 1, width: 1 }), never);
  const outputs = await stage.runEach!([INPUTS, INPUTS]);
  assert.equal(
    outputs.map(({ noise }) => noise!.data[0]),
    waiting.map(Number),
  );
});

test('a host that is true to its own ports, which are not those of the network, is found out when it opens', async () => {
  const host = answering(SOUND);
  const client = await connect(host.channel, never, LONG);
  const backend = hostBackend(client, DRAWS, 'native-cpu', describeRandomModel('A'));
  const file = hostedFile('unet', { batch: 1, height: 2, width: 3 });
  await rejects(() => backend.open(file, never), 'bad-host', 'noise [1,4,2,3]', 'noise [1,2]');
  const decoder = hostedFile('vae_decoder', { batch: 1, height: 2, width: 3 });
  await rejects(() => backend.open(decoder, never), 'bad-host', 'image [1,3,16,24]');
  assert.is(host.heard.at(-1)!.type, 'close');
});

test.run();
