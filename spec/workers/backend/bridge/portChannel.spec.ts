/** The channel over a message port, in bytes and in text, with a host at its other end. */
import { MessageChannel } from 'node:worker_threads';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { TOY_STATUS } from '../../../../build/bridge/toyHost';
import { tensorVector } from '../../../../build/bridge/vector';
import { ofBase64, toBase64 } from '../../../../workers/backend/bridge/base64';
import { connect } from '../../../../workers/backend/bridge/client';
import { decodeFrame, encodeFrame } from '../../../../workers/backend/bridge/frame';
import { type BridgePort, portChannel } from '../../../../workers/backend/bridge/portChannel';
import { rejects } from '../../../models/rejects';

const never = new AbortController().signal;
const LONG = { hello: 60_000, silence: 60_000, whole: 60_000 };
const WELCOME = { status: tensorVector.json(TOY_STATUS) };

test('base64 is Node’s, of every length and every byte', async () => {
  for (const length of [0, 1, 2, 3, 255, 0x8000, 0x8001, 100_000]) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 7) % 256);
    assert.ok(toBase64(bytes) === Buffer.from(bytes).toString('base64'), `${length}`);
    assert.equal(new Uint8Array(ofBase64(toBase64(bytes))), bytes, `${length}`);
  }
  for (const text of ['a', 'abc', 'ab=c', 'a===', 'ab-_', 'ab c'])
    await rejects(() => ofBase64(text), 'bad-host', 'base64');
});

for (const form of ['bytes', 'base64'] as const) {
  test(`a host is greeted and heard in ${form}`, async () => {
    const { port1, port2 } = new MessageChannel();
    const heard: string[] = [];
    port2.on('message', (data: ArrayBuffer | string) => {
      assert.is(typeof data === 'string', form === 'base64');
      const { metadata } = decodeFrame(typeof data === 'string' ? ofBase64(data) : data);
      heard.push(metadata.get('type')!);
      const answer = encodeFrame({ type: 'answer', protocol: '1', call: metadata.get('call')! }, WELCOME);
      port2.postMessage(form === 'base64' ? toBase64(new Uint8Array(answer)) : answer);
    });
    const client = await connect(portChannel(port1 as unknown as BridgePort, form), never, LONG);
    assert.equal(client.status, TOY_STATUS);
    assert.equal(await client.refresh(), TOY_STATUS);
    assert.equal(heard, ['hello', 'status']);
    client.close();
    await rejects(() => client.refresh(), 'host-lost');
  });

  test(`what is no frame in ${form} ends the connection`, async () => {
    for (const nonsense of ['no base64', undefined, 7, { type: 'answer' }]) {
      const { port1, port2 } = new MessageChannel();
      port2.on('message', () => port2.postMessage(nonsense));
      await rejects(() => connect(portChannel(port1 as unknown as BridgePort, form), never, LONG), 'bad-host', 'frame');
      port2.close();
    }
  });

  test(`a port whose other end closes is a host that is lost, in ${form}`, async () => {
    const { port1, port2 } = new MessageChannel();
    port2.on('message', () => port2.close());
    const connecting = connect(portChannel(port1 as unknown as BridgePort, form), never, LONG);
    await rejects(() => connecting, 'host-lost');
  });
}

test.run();
