/** Conversations of the bridge's vectors about the connection itself: greeting, and what ends it (PROTOCOL.md, section 5). */
import { ask, type Conversation, closes, conversation, ending, error, HELLO, say, states, still } from './saying';

export const endings = (): Conversation[] => [
  conversation(
    'later versions on offer beside this one',
    ask(1, 'hello', { protocols: '1,2,30', 'not-yet-known': 'x' }),
    HELLO[1]!,
  ),
  conversation(
    'no version in common',
    ask(1, 'hello', { protocols: '2,3' }),
    error(1, 'unsupported-protocol', 'protocols'),
    closes,
  ),
  conversation('a hello without versions', ask(1, 'hello'), error(1, 'bad-message', 'protocols'), closes),
  conversation(
    'versions that are no numbers',
    ask(1, 'hello', { protocols: 'one' }),
    error(1, 'bad-message', 'protocols'),
    closes,
  ),
  conversation('a question before hello', ask(1, 'status'), error(1, 'bad-message', 'type'), closes),
  ending('hello twice', ask(2, 'hello', { protocols: '1' }), 'bad-message', 'type'),
  ending('a type that nobody knows', ask(2, 'sing'), 'bad-message', 'type'),
  ending('no type', say('page', { protocol: '1', call: '2' }), 'bad-message', 'type'),
  ending(
    'a frame of another version',
    say('page', { type: 'status', protocol: '2', call: '2' }),
    'unsupported-protocol',
    'protocol',
  ),
  ending('no version', say('page', { type: 'status', call: '2' }), 'unsupported-protocol', 'protocol'),
  conversation(
    'no call',
    ...HELLO,
    say('page', { type: 'status', protocol: '1' }),
    error(undefined, 'bad-message', 'call'),
    closes,
  ),
  ...['0', '01', '-1', '1.0', '1e3', '9007199254740992', ' 2', ''].map((call) =>
    conversation(
      `a call that is no number: "${call}"`,
      ...HELLO,
      say('page', { type: 'status', protocol: '1', call }),
      error(undefined, 'bad-message', 'call'),
      closes,
    ),
  ),
  conversation('a call twice', ...HELLO, ...still(7), ask(7, 'status'), error(7, 'bad-message', 'call'), closes),
  conversation(
    'a frame that is none',
    { from: 'page', base64: Buffer.from('no frame').toString('base64') },
    error(undefined, 'bad-frame', 'frame'),
    closes,
  ),
  ending('an answer from the page', say('page', { type: 'answer', protocol: '1', call: '2' }), 'bad-message', 'type'),
  ending('a key too few', ask(2, 'describe'), 'bad-message', 'model'),
  ending('a session that is no number', ask(2, 'close', { session: 'one' }), 'bad-message', 'session'),
  ending('a tensor too few', ask(2, 'put', { kept: '1' }), 'bad-message', 'value'),
  ending('a tensor too many', ask(2, 'status', {}, { value: states }), 'bad-message', 'value'),
];
