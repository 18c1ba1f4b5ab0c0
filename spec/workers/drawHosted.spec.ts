/** Who draws when the host does not: its other backend, the page, or nobody. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../models/checkpoint';
import type { Manifest } from '../../models/manifest';
import { planModel } from '../../models/planModel';
import type { StageName, StageSize } from '../../models/stage';
import type { HostBackendName, ImageEvent, ImageRequest } from '../../workers/api';
import type { HostClient, Wanted } from '../../workers/backend/bridge/client';
import type { HostModel, HostStatus } from '../../workers/backend/bridge/status';
import { type Own, readyThere } from '../../workers/drawHosted';
import { CodedError, type ErrorCode } from '../../workers/errors';
import { hasLoras } from '../../workers/hasLoras';
import type { Parts } from '../../workers/openStage';
import type { Tensors } from '../../workers/tensor';
import { randomModel } from '../models/randomModel';
import { rejects } from '../models/rejects';

const ID = 'cd'.repeat(32);
const never = new AbortController().signal;
const failing = (code: ErrorCode): CodedError => new CodedError(code, { argument: 'x', expected: 'a', got: 'b' });
const manifest = JSON.stringify(planModel(await openDiffusersFolder(await randomModel('A'))));
const model: HostModel = {
  ...{ model: 'ab'.repeat(32), id: ID, name: 'm', form: 'onnx', bytes: 7 },
  stages: [{ stage: 'unet', batch: 1, width: 64, height: 64, backends: ['npu', 'native-cpu'] }],
};
const status: HostStatus = {
  backends: { npu: { available: true, why: '' }, 'native-cpu': { available: true, why: '', threads: 4 } },
  ...{ host: 'toy', memory: { totalBytes: 2, availableBytes: 1 }, thermal: 'none', models: [model] },
};
const asked = { width: 64, height: 64, guidance: 'auto' } as ImageRequest;
const said = (name: string): Tensors => ({ [name]: { type: 'float32', shape: [0], data: new Float32Array(0) } });

/** A page with these models, and a host on which these backends fail. */
interface Given {
  readonly stored?: string[];
  readonly broken?: string[];
  readonly gone?: ErrorCode;
  /** What those that are broken reject with. */
  readonly why?: ErrorCode;
  /** Networks that the host does not have. */
  readonly lacking?: readonly StageName[];
  /** What its UNet takes. */
  readonly inputs?: readonly string[];
  /** The text of the model's manifest there. */
  readonly there?: string;
}
const TAKEN = ['sample', 'timestep', 'encoder_hidden_states'];
function setUp(given: Given) {
  const { stored = [ID], broken = [], gone, why = 'backend-unavailable' } = given;
  const { lacking = [], inputs = TAKEN, there = manifest } = given;
  const told: ImageEvent[] = [];
  let closed = 0;
  let forgotten = 0;
  const outputs = [{ name: 'noise', dtype: 'F32', shape: [1, 4, 8, 8] }];
  const client = {
    describe: async () => ({ form: 'onnx', manifest: there }),
    async open({ backend, stage }: Wanted) {
      if (broken.includes(backend) || lacking.includes(stage)) throw failing(why);
      const ports = { inputs: inputs.map((name) => ({ name, dtype: 'F32', shape: [1, 4] })), outputs };
      return { ports, run: async () => said(backend), close: async () => undefined };
    },
    forget: () => void forgotten++,
  } as unknown as HostClient;
  const here: Parts = {
    model: { description: { standIn: { networks: { vae_decoder: () => undefined } } } } as unknown as Parts['model'],
    backend: { name: 'wasm', heapBytes: () => 1, open: undefined as never },
    open: async () => ({ run: async () => said('here'), close: async () => undefined }),
  };
  const own: Own = {
    async host() {
      if (gone) throw failing(gone);
      return { client, status };
    },
    stored: async () => new Set(stored),
    best: async () => 'wasm',
    ready: async (_id, _name, request) => ({ parts: here, request, close: () => void closed++ }),
  };
  const draw = async (
    name: HostBackendName,
    request = asked,
    text: Partial<StageSize> = {},
    of: StageName = 'unet',
  ) => {
    const id = stored.includes(ID) ? ID : `host:${model.model}`;
    const ready = await readyThere({ id, name, asked: request, changed: hasLoras(request) }, own, (event) =>
      told.push(event),
    );
    const { parts } = ready;
    const size = { batch: 1, height: 8, width: 8, ...text } as const;
    const stage = parts.open
      ? await parts.open(of, size, never)
      : await parts.backend.open(await parts.model.file('unet', size, never), never);
    const [who] = Object.keys(await stage.run({}));
    ready.close();
    return { who, request: ready.request };
  };
  const falls = () => told.map((event) => event.type === 'fallen' && `${event.from} to ${event.to}: ${event.code}`);
  return { draw, falls, closed: () => closed, forgotten: () => forgotten };
}

test('the host draws where it can, two calls a step', async () => {
  const { draw, falls, closed } = setUp({});
  const { who, request } = await draw('npu');
  assert.equal([who, request.guidance, falls(), closed()], ['npu', 'two-calls', [], 0]);
});

test('a tiny VAE is the page\u2019s own: it decodes here what the host draws, and nothing of a model that is not here', async () => {
  const tiny = { ...asked, tinyVae: { file: 'demo' } } as const;
  const { draw, falls, closed } = setUp({});
  assert.is((await draw('npu', tiny)).who, 'npu');
  assert.is((await draw('npu', tiny, {}, 'vae_decoder')).who, 'here');
  assert.equal([closed(), falls()], [2, []]);
  await rejects(() => setUp({ stored: [] }).draw('npu', tiny), 'bad-argument', 'tinyVae', 'only the host has');
});

test('what the host keeps for a drawing it is told to forget after it', async () => {
  for (const stored of [[ID], []]) {
    const { draw, forgotten } = setUp({ stored });
    await draw('npu');
    assert.is(forgotten(), 1);
  }
});

test('a device that is too hot draws with nothing else instead', async () => {
  const { draw, falls } = setUp({ broken: ['npu', 'native-cpu'], why: 'too-hot' });
  await rejects(() => draw('npu'), 'too-hot');
  await rejects(() => setUp({ gone: 'too-hot' }).draw('npu'), 'too-hot');
  assert.equal(falls(), []);
});

test('what the NPU cannot, the host’s CPU does, also of a model that only the host has', async () => {
  for (const stored of [[ID], []]) {
    const { draw, falls } = setUp({ stored, broken: ['npu'] });
    assert.is((await draw('npu')).who, 'native-cpu');
    assert.equal(falls(), ['npu to native-cpu: backend-unavailable']);
  }
});

test('what neither can, the page does, and gives back what it opened', async () => {
  const { draw, falls, closed } = setUp({ broken: ['npu', 'native-cpu'] });
  assert.is((await draw('npu')).who, 'here');
  assert.equal(falls(), ['npu to native-cpu: backend-unavailable', 'native-cpu to wasm: backend-unavailable']);
  assert.is(closed(), 1);
});

test('with LoRAs what they change is the page’s to draw, at once and with a reason; without a copy here it is refused', async () => {
  for (const more of [
    { loras: [{ name: 'a', weight: 1 }] },
    { prompt: 'x <lora:a:1>', promptStyle: 'a1111' },
  ] as const) {
    const { draw, falls, closed } = setUp({});
    assert.is((await draw('npu', { ...asked, ...more })).who, 'here');
    assert.equal([falls(), closed()], [['npu to wasm: unsupported-model'], 1]);
    const alone = setUp({ stored: [] });
    await rejects(
      () => alone.draw('npu', { ...asked, ...more }),
      'unsupported-model',
      'unet',
      'weights that LoRAs can change',
    );
  }
  const { draw } = setUp({});
  assert.is((await draw('npu', { ...asked, prompt: '<lora:a>', promptStyle: 'plain' })).who, 'npu');
});

test('a host that is gone before a drawing begins: the page draws, as it was asked to', async () => {
  for (const gone of ['host-lost', 'host-silent', 'bad-host'] as const) {
    const { draw, falls } = setUp({ gone });
    const { who, request } = await draw('npu');
    assert.equal([who, request.guidance, falls()], ['here', 'auto', [`npu to wasm: ${gone}`]]);
  }
});

test('a model that only the host has is not drawn without it, nor anything else in its place', async () => {
  const { draw, falls } = setUp({ stored: [], gone: 'host-lost' });
  await rejects(() => draw('npu'), 'host-lost');
  await rejects(() => setUp({ stored: [], broken: ['native-cpu'] }).draw('native-cpu'), 'backend-unavailable');
  assert.equal(falls(), []);
});

test('what a host’s networks were not made for, the page draws: longer prompts, skipped layers, learned words', async () => {
  for (const [text, got] of [
    [{ tokens: 154 }, '154 tokens'],
    [{ clipSkip: 1 }, '1 layers to skip'],
    [{ embedded: true }, 'learned words'],
  ] as const) {
    const { draw, falls } = setUp({});
    assert.is((await draw('native-cpu', asked, text)).who, 'here', got);
    assert.equal(falls(), ['native-cpu to wasm: backend-unavailable']);
    await rejects(() => setUp({ stored: [] }).draw('native-cpu', asked, text), 'backend-unavailable', got);
  }
  const { draw, falls } = setUp({});
  assert.is((await draw('native-cpu', asked, { tokens: 77, clipSkip: 0 })).who, 'native-cpu');
  assert.equal(falls(), []);
});

test('a size that the host does not have is said, not drawn by somebody else', async () => {
  const { draw, falls } = setUp({});
  await rejects(() => draw('npu', { ...asked, width: 128 }), 'backend-unavailable', '64 x 64', '128 x 64');
  assert.equal(falls(), []);
});

test('a second pass of a size that the host has not is the page’s; where there is no page to draw it, it is refused before the first', async () => {
  const twice = { ...asked, hiresScale: 1.5 };
  assert.is((await setUp({}).draw('npu', twice)).who, 'npu');
  await rejects(() => setUp({ stored: [] }).draw('npu', twice), 'backend-unavailable');
  assert.is((await setUp({ stored: [] }).draw('npu', { ...asked, hiresScale: 1 })).who, 'npu');
});

test('with FreeU, merged tokens, ControlNets or a cut for deep features to be kept, the page computes the UNet, and why is said', async () => {
  for (const [other, got] of [
    [{ freeu: [1.5, 1.6, 0.9, 0.2] as const }, 'FreeU by 1.5,1.6,0.9,0.2'],
    [{ tokenMergingRatio: 0.5 }, '0.5 of its tokens to merge'],
    [{ controlled: true }, 'what steers it from outside'],
    [{ adapted: true }, 'what steers it from outside'],
    [{ deep: { branch: 0, from: 'made' } as const }, 'deep features to keep'],
    [{ deep: { branch: 2, from: 'given' } as const }, 'deep features to keep'],
  ] as const) {
    const { draw, falls, closed } = setUp({});
    assert.is((await draw('npu', asked, other)).who, 'here', got);
    assert.equal(falls(), ['npu to native-cpu: backend-unavailable', 'native-cpu to wasm: backend-unavailable']);
    assert.is(closed(), 1);
    await rejects(() => setUp({ stored: [] }).draw('npu', asked, other), 'backend-unavailable', got);
  }
});

test('what is steered, or to be like a picture, is the page’s from the text on; nothing is opened at the host, and where the page has no copy it is refused', async () => {
  const image = { width: 1, height: 1, pixels: new Uint8Array(3) };
  for (const [beside, more] of [
    ['controls', { controls: [{ name: 'canny', image }] }],
    ['ipAdapters', { ipAdapters: [{ name: 'plus', images: [image] }] }],
  ] as const) {
    const steered = { ...asked, ...more };
    const { draw, falls, closed, forgotten } = setUp({});
    const { who, request } = await draw('npu', steered, {}, 'text_encoder');
    assert.equal([who, request, closed(), forgotten()], ['here', steered, 1, 0]);
    assert.equal(falls(), ['npu to wasm: backend-unavailable']);
    await rejects(
      () => setUp({ stored: [] }).draw('npu', steered),
      'backend-unavailable',
      'nothing that steers',
      beside,
    );
  }
});

test('a host that has the UNet alone draws with it, and the page does what it lacks: also the encoder of a first picture', async () => {
  for (const stage of ['text_encoder', 'vae_decoder', 'vae_encoder'] as const) {
    const { draw, falls } = setUp({ lacking: ['text_encoder', 'vae_decoder', 'vae_encoder'] });
    assert.is((await draw('native-cpu', asked, {}, stage)).who, 'here', stage);
    assert.equal(falls(), ['native-cpu to wasm: backend-unavailable']);
    assert.is((await draw('native-cpu')).who, 'native-cpu');
    assert.is(falls().length, 1);
  }
});

test('a UNet that is told the guidance is drawn by a host that tells its own, and by the page where the host’s has no such input', async () => {
  const plan = JSON.parse(manifest) as Manifest;
  const { unet } = plan.description;
  const there = JSON.stringify({
    ...plan,
    description: { ...plan.description, unet: { ...unet, timeCondProjDim: 24 } },
  });
  for (const [inputs, who] of [
    [[...TAKEN, 'timestep_cond'], 'native-cpu'],
    [TAKEN, 'here'],
  ] as const) {
    const { draw, falls } = setUp({ there, inputs });
    assert.is((await draw('native-cpu')).who, who);
    assert.equal(falls(), who === 'here' ? ['native-cpu to wasm: bad-host'] : []);
  }
});

test.run();
