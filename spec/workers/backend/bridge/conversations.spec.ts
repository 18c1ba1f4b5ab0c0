/** Our page in the conversations of the vectors: what it says is what they have a page say, whatever the host is written in. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Step } from '../../../../build/bridge/saying';
import { DRAWS, EMBEDS, TOY_MANIFEST, TOY_PORTS, TOY_STATUS } from '../../../../build/bridge/toyHost';
import { frameVector, tensorVector } from '../../../../build/bridge/vector';
import { connect, type HostClient } from '../../../../workers/backend/bridge/client';
import type { Tensor } from '../../../../workers/tensor';
import { type FakeHost, fakeHost } from './fakeHost';
import { frameOf, vectors } from './vectors';

const never = new AbortController().signal;
const { floats } = tensorVector;

/** What our page is asked to do, by the conversation's sentence. */
const ACTS: Readonly<Record<string, (client: HostClient) => Promise<unknown>>> = {
  'hidden states cross once and are named from then on': async (client) => {
    const size = { batch: 1, width: 16, height: 16 };
    const session = await client.open({ model: DRAWS, stage: 'unet', backend: 'native-cpu', ...size }, never);
    assert.equal(session.ports, TOY_PORTS);
    const states = floats([1, 3], [100, 200, 300]) as Tensor;
    const inputs = (timestep: number) => ({
      sample: floats([1, 2], [1, 2]) as Tensor,
      timestep: floats([1], [timestep]) as Tensor,
      encoder_hidden_states: states,
    });
    assert.equal(await session.run(inputs(10)), { noise: floats([1, 2], [611, 612]) });
    assert.equal(await session.run(inputs(0)), { noise: floats([1, 2], [601, 602]) });
    client.forget();
    await session.close();
  },
  'the manifest is told as text': async (client) =>
    assert.equal(await client.describe(DRAWS), { form: 'onnx', manifest: TOY_MANIFEST }),
  'rows of the token table': async (client) =>
    assert.equal(await client.embed(EMBEDS, Int32Array.of(0, 7, 2)), Float32Array.of(0, 0.5, 7, 7.5, 2, 2.5)),
  'a status asked for again': async (client) => assert.equal(await client.refresh(), TOY_STATUS),
};

/** Says what the host says in `steps`, as soon as the page has said all that comes before it. */
function replaying(steps: readonly Step[]): FakeHost {
  let at = 0;
  const saysNext = (host: FakeHost): void => {
    for (; steps[at]?.from === 'host'; at++) host.sayRaw(frameOf(steps[at]!));
  };
  return fakeHost((host) => {
    assert.is(steps[at]?.from, 'page', `step ${at} is the page's`);
    at += 1;
    saysNext(host);
  });
}

const played = vectors.conversations.filter(({ wellBehaved }) => wellBehaved);
test('every conversation of a page like ours has an act', () => {
  assert.equal(played.map(({ sentence }) => sentence).sort(), Object.keys(ACTS).sort());
});

for (const { sentence, steps } of played) {
  test(sentence, async () => {
    const host = replaying(steps);
    const client = await connect(host.channel, never);
    assert.equal(client.status, TOY_STATUS);
    await ACTS[sentence]!(client);
    const meanings = host.heard.map(({ frame }) => Object.fromEntries(frame.metadata));
    const expected = steps.filter(({ from }) => from === 'page').map((step) => frameVector(frameOf(step)));
    assert.equal(
      meanings,
      expected.map(({ metadata }) => metadata),
    );
    for (const [i, { tensors }] of expected.entries()) {
      const said = [...host.heard[i]!.frame.tensors].map(([name, { data }]) => [
        name,
        Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
      ]);
      assert.equal(
        said,
        Object.entries(tensors).map(([name, { base64 }]) => [name, base64]),
      );
    }
  });
}

test.run();
