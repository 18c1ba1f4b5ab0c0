/** What a host says of itself, as the page hears it, and which of its models a drawing gets. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { TOY_STATUS } from '../../build/bridge/toyHost';
import { tensorVector } from '../../build/bridge/vector';
import { hostLink } from '../../workers/backend/bridge/hostLink';
import type { HostModel, HostStageOffer, HostStatus } from '../../workers/backend/bridge/status';
import { CodedError } from '../../workers/errors';
import { hostReport, offered } from '../../workers/hosting';
import { rejects } from '../models/rejects';
import { answering } from './backend/bridge/fakeHost';

const HASH = 'ab'.repeat(32);
const ID = 'cd'.repeat(32);
const unet = (side: number, ...backends: HostStageOffer['backends']): HostStageOffer => ({
  ...{ stage: 'unet', batch: 1, width: side, height: side, backends },
});
const model = (more: Partial<HostModel>): HostModel => ({
  ...{ model: HASH, name: 'm', form: 'onnx', bytes: 7, stages: [unet(512, 'native-cpu')] },
  ...more,
});
const status = (...models: HostModel[]): HostStatus => ({
  backends: { npu: { available: false, why: 'too-hot' }, 'native-cpu': { available: true, why: '', threads: 4 } },
  ...{ host: 'toy', memory: { totalBytes: 2, availableBytes: 1 }, thermal: 'severe', models },
});

test('a model with the weights of one of the page is that one, any other is the host’s', () => {
  const told = status(model({ id: ID }), model({ id: 'ef'.repeat(32) }), model({}));
  assert.equal(
    hostReport(told, new Set([ID])).models.map(({ id }) => id),
    [ID, `host:${HASH}`, `host:${HASH}`],
  );
});

test('backends are told with their reasons, models with the sizes that they are drawn in', () => {
  const stages: HostStageOffer[] = [
    { stage: 'text_encoder', batch: 1, backends: ['native-cpu'] },
    unet(512, 'npu', 'native-cpu'),
    { ...unet(256, 'native-cpu'), batch: 2 },
    { ...unet(384, 'npu'), stage: 'vae_decoder' },
  ];
  const ways = [
    { backend: 'npu', width: 512, height: 512 },
    { backend: 'native-cpu', width: 512, height: 512 },
  ];
  assert.equal(hostReport(status(model({ stages }), model({ stages: stages.slice(0, 1) })), new Set()), {
    heat: 'none',
    backends: [
      { name: 'npu', available: false, why: 'too-hot', threads: 1 },
      { name: 'native-cpu', available: true, why: '', threads: 4 },
    ],
    models: [{ id: `host:${HASH}`, name: 'm', bytes: 7, ways }],
  });
});

test('heat is told by what it does to drawings', () => {
  const heat = (thermal: string, dutyPercent?: number) =>
    hostReport({ ...status(), thermal, ...(dutyPercent && { dutyPercent }) }, new Set()).heat;
  assert.equal([heat('none'), heat('unknown'), heat('moderate')], ['none', 'none', 'none']);
  assert.equal([heat('moderate', 75), heat('severe', 50), heat('light', 100)], ['slowed', 'slowed', 'none']);
  assert.equal(
    ['critical', 'emergency', 'shutdown'].map((thermal) => heat(thermal, 10)),
    [...['stopped', 'stopped', 'stopped']],
  );
});

test('a size, a model and a backend that the host does not have are refused with what it has', async () => {
  const cold = { npu: { available: true, why: '' }, 'native-cpu': { available: true, why: '', threads: 4 } };
  const told = { ...status(model({ id: ID, stages: [unet(512, 'npu'), unet(768, 'npu')] })), backends: cold };
  const ask =
    (id: string, name: 'npu' | 'native-cpu', side: number, of: HostStatus = told) =>
    async () =>
      offered(of, id, name, { width: side, height: side }, new Set([ID]));
  await rejects(ask(ID, 'npu', 256), 'backend-unavailable', '512 x 512, 768 x 768', '256 x 256');
  await rejects(ask(ID, 'native-cpu', 512), 'backend-unavailable', 'a model that the host has');
  await rejects(ask('another', 'npu', 512), 'backend-unavailable', 'a model that the host has');
  await rejects(ask(ID, 'npu', 512, { ...told, backends: status().backends }), 'too-hot', 'npu', 'severe');
  assert.is((await ask(ID, 'npu', 512)()).model, HASH);
  // As it was called before the page had its weights.
  assert.is((await ask(`host:${HASH}`, 'npu', 768)()).model, HASH);
});

test('of a model in both forms, each backend gets the one that was made for it', () => {
  const forms = (['npu', 'onnx'] as const).map((form) =>
    model({ id: ID, form, stages: [unet(512, 'npu', 'native-cpu')] }),
  );
  const cold = { npu: { available: true, why: '' }, 'native-cpu': { available: true, why: '', threads: 4 } };
  for (const order of [forms, [...forms].reverse()]) {
    const told = { ...status(...order), backends: cold };
    const form = (name: 'npu' | 'native-cpu') =>
      offered(told, ID, name, { width: 512, height: 512 }, new Set([ID])).form;
    assert.equal([form('npu'), form('native-cpu')], ['npu', 'onnx']);
  }
});

const SOUND = {
  hello: [{}, { status: tensorVector.json(TOY_STATUS) }],
  status: [{}, { status: tensorVector.json(TOY_STATUS) }],
} as const;

test('a host is greeted once, asked anew each time, and greeted again once it was lost', async () => {
  const hosts = [answering(SOUND), answering(SOUND)];
  let next = 0;
  const ask = hostLink(async () => hosts[next++]!.channel);
  const first = await ask();
  assert.is((await ask()).client, first.client);
  assert.equal(
    hosts[0]!.heard.map(({ type }) => type),
    ['hello', 'status'],
  );
  hosts[0]!.die();
  const again = await ask();
  assert.is.not(again.client, first.client);
  assert.equal(
    hosts[1]!.heard.map(({ type }) => type),
    ['hello'],
  );
});

test('two that ask at once are answered over one channel', async () => {
  const hosts = [answering(SOUND)];
  const ask = hostLink(async () => hosts.pop()!.channel);
  const [one, other] = await Promise.all([ask(), ask()]);
  assert.is(one.client, other.client);
  assert.is((await ask()).client, one.client);
});

test('a host that was not there is looked for again', async () => {
  let there = false;
  const ask = hostLink(async () => {
    if (!there) throw new CodedError('host-lost', { argument: 'host', expected: 'to answer', got: 'nothing' });
    return answering(SOUND).channel;
  });
  await rejects(ask, 'host-lost');
  there = true;
  assert.is((await ask()).status.host, TOY_STATUS.host);
});

test.run();
