/** What crosses once, over a host that says what it should. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DRAWS, TOY_PORTS, TOY_STATUS } from '../../../../build/bridge/toyHost';
import { tensorVector } from '../../../../build/bridge/vector';
import { connect } from '../../../../workers/backend/bridge/client';
import type { Tensor, Tensors } from '../../../../workers/tensor';
import { answering } from './fakeHost';

const { floats, json } = tensorVector;
const never = new AbortController().signal;
const SOUND = {
  hello: [{}, { status: json(TOY_STATUS) }],
  open: [{ milliseconds: '1' }, { ports: json(TOY_PORTS) }],
  run: [{ milliseconds: '1', thermal: 'none' }, { noise: floats([1, 2], [3, 4]) }],
} as const;
const WANTED = { model: DRAWS, stage: 'unet', backend: 'native-cpu', batch: 1, width: 16, height: 16 } as const;
const STATES = floats([1, 3], [1, 2, 3]) as Tensor;
const INPUTS: Tensors = {
  sample: floats([1, 2], [1, 2]) as Tensor,
  timestep: floats([1], [1]) as Tensor,
  encoder_hidden_states: STATES,
};

test('hidden states cross once for all networks of a drawing, and are given up after it', async () => {
  const host = answering(SOUND);
  const client = await connect(host.channel, never);
  const said = (type: string) => host.heard.filter((one) => one.type === type).map(({ frame }) => frame.metadata);
  const other = floats([1, 3], [1, 2, 3]) as Tensor;
  const draw = async (): Promise<void> => {
    for (const states of [STATES, other, STATES]) {
      const session = await client.open(WANTED, never);
      await session.run({ ...INPUTS, encoder_hidden_states: states });
      await session.run({ ...INPUTS, encoder_hidden_states: states });
      await session.close();
    }
  };
  await draw();
  const names = (type: string, key: string) => said(type).map((metadata) => metadata.get(key));
  assert.equal(names('put', 'kept'), ['1', '2']);
  assert.equal(names('run', 'kept.encoder_hidden_states'), ['1', '1', '2', '2', '1', '1']);
  assert.equal(names('drop', 'kept'), []);
  client.forget();
  assert.equal(names('drop', 'kept').sort(), ['1', '2']);
  // What was given up is sent again, under a name of its own.
  await draw();
  assert.equal(names('put', 'kept'), ['1', '2', '3', '4']);
});

test('of a prompt that is another in every step no more are kept than a host has room for, those in use among them', async () => {
  const host = answering(SOUND);
  const session = await (await connect(host.channel, never)).open(WANTED, never);
  const kept = new Set<string>();
  let most = 0;
  for (let step = 0; step < 100; step++) {
    for (const encoder_hidden_states of [STATES, floats([1, 3], [step, 2, 3]) as Tensor]) {
      await session.run({ ...INPUTS, encoder_hidden_states });
    }
  }
  for (const { type, frame } of host.heard) {
    const name = frame.metadata.get('kept')!;
    if (type === 'put') kept.add(name);
    if (type === 'drop') assert.ok(kept.delete(name));
    if (type === 'run') assert.ok(kept.has(frame.metadata.get('kept.encoder_hidden_states')!));
    most = Math.max(most, kept.size);
  }
  // The negative prompt, which is asked for in every step, crossed once.
  assert.is(host.heard.filter(({ type }) => type === 'put').length, 101);
  assert.is(most, 32);
});

test('hidden states that the host did not take are sent again', async () => {
  const details = { code: 'too-large', argument: 'kept', expected: 'a', got: 'b' };
  let refuse = true;
  const host = answering(SOUND, (it, type, call) => {
    if (type === 'put' && refuse) it.say({ type: 'error', call, ...details });
    return type === 'put' && refuse;
  });
  const session = await (await connect(host.channel, never)).open(WANTED, never);
  await session.run(INPUTS);
  refuse = false;
  await session.run(INPUTS);
  assert.is(host.heard.filter(({ type }) => type === 'put').length, 2);
});

test.run();
