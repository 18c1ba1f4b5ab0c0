/** The page's end of the bridge without the page around it: bundled, put into the window of a blank page. */
import { connect } from '../../workers/backend/bridge/client';
import { type Socket, subprotocols, webSocketChannel } from '../../workers/backend/bridge/webSocketChannel';
import { hostedParts } from '../../workers/model.hosted';
import { textToImage } from '../../workers/pipeline';
import { DEFAULTS } from '../../workers/request';

const channelTo = (port: number, token: string) => {
  const { WebSocket } = globalThis as unknown as {
    WebSocket: new (url: string, protocols: readonly string[]) => Socket;
  };
  return webSocketChannel(new WebSocket(`ws://127.0.0.1:${port}/`, subprotocols(token)));
};

/** `let in`, or the code with which it was refused. */
const knock = (port: number, token: string): Promise<string> =>
  channelTo(port, token).then(
    (channel) => {
      channel.close();
      return 'let in';
    },
    ({ code }: { readonly code: string }) => code,
  );

/** The pixels that the host's first model draws, or the code of what went wrong. */
async function draw(port: number, token: string, prompt: string, side: number, steps: number) {
  const signal = new AbortController().signal;
  const client = await connect(await channelTo(port, token), signal);
  const [offered] = client.status.models;
  const parts = await hostedParts(client, offered!, 'native-cpu');
  const request = { ...DEFAULTS, ...{ prompt, width: side, height: side, steps, seed: 1, scheduler: 'ddim' as const } };
  for await (const event of textToImage({ ...request, guidance: 'two-calls' }, parts, signal)) {
    if (event.type === 'failed') return event.message;
    if (event.type === 'image') return [...event.picture.pixels];
  }
  return 'no picture';
}

Object.assign(globalThis, { knock, draw });
