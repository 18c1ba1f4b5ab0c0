import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { serve } from '../../build/serve';
import { main, readArguments } from '../../build/start';

const refusal = (...args: readonly string[]): string => {
  try {
    readArguments(args);
  } catch (error) {
    return (error as Error).message;
  }
  return 'taken';
};

test('port 8080 and an open browser, unless told otherwise', () => {
  assert.equal(readArguments([]), { port: 8080, open: true });
  assert.equal(readArguments(['--port', '0', '--no-open']), { port: 0, open: false });
  assert.equal(readArguments(['--port=9000']), { port: 9000, open: true });
});

test('anything else is refused with what was given', () => {
  assert.is(refusal('--port', '65536'), 'bad-argument: --port: expected an integer from 0 to 65535, got 65536');
  for (const port of ['-1', '1.5', 'x', '', '0x50']) assert.match(refusal(`--port=${port}`), /^bad-argument: --port/);
  const usage = 'expected [--port N] [--no-open], got';
  assert.is(refusal('--prot', '1'), `bad-argument: --prot: ${usage} an option of another name`);
  assert.is(refusal('extra'), `bad-argument: extra: ${usage} a word by itself`);
  assert.is(refusal('--port'), 'bad-argument: --port: expected a value, got nothing');
});

test('a port in use is said before anything is built, with the way out', async () => {
  const other = await serve('.', 0);
  const { port } = new URL(other.url);
  const said: unknown[] = [];
  const log = console.error;
  console.error = (...words) => said.push(...words);
  try {
    assert.is(await main(['--port', port, '--no-open']), 2);
  } finally {
    console.error = log;
    await other.close();
  }
  const expected = 'a free port (--port N, or --port 0 for any)';
  assert.equal(said, [`bad-argument: --port: expected ${expected}, got ${port}, which another program uses`]);
});

test.run();
