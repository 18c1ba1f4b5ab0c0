/** Errors about a file that was given: which option gave it, and the whole path, whoever meets them and whenever. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CodedError } from '../../../models/errors';
import { aboutGiven } from '../../../models/givenFiles.node';
import { badModel } from '../../../models/refuse';
import { main } from '../../../workers/cli';
import { fromRoot } from '../../root';

const told = (argument: string, ...args: string[]): string =>
  (aboutGiven(badModel(argument, 'x', 'y'), args) as CodedError).argument;

test('an error says the option of its file, with what is behind the file’s name', () => {
  const args = ['a cat', '--vae', '/a/ink', '--lora', '/a/ink.safetensors:0.5', '--model=/a', '--steps', '2'];
  assert.is(told('/a/ink.safetensors: conv_in', ...args), '--lora /a/ink.safetensors: conv_in');
  assert.is(told('/a/ink', ...args), '--vae /a/ink');
  assert.is(told('/a/unet/config.json: act_fn', ...args), '--model /a/unet/config.json: act_fn');
  assert.is(told('nowhere.png', '--init-image', 'nowhere.png'), '--init-image nowhere.png');
});

test('nothing is said of what was not given: another path, a word of another kind, what stands behind --', () => {
  assert.is(told('/a/inkwell', '--vae', '/a/ink'), '/a/inkwell');
  assert.is(told('/b/x', 'x', '--', '--vae', '/b/x'), '/b/x');
  assert.is(told('/b/x', '--json', '--', '/b/x'), '/b/x');
  assert.is(told('--lora: weight of /a/ink', '--lora', '/a/ink:x'), '--lora: weight of /a/ink');
  const word = new CodedError('bad-argument', { argument: 'loras', expected: 'x', got: 'y' });
  assert.is(aboutGiven(word, ['--lora-dir', 'loras']), word);
  const fault = new TypeError('/a/ink');
  assert.is(aboutGiven(fault, ['--vae', '/a/ink']), fault);
});

test('what is told otherwise stays as it was: its code, and what was expected', () => {
  const error = new CodedError('unsupported-model', { argument: '/a/ink', expected: 'x', got: 'y' });
  const said = aboutGiven(error, ['--control', '/a/ink:1']) as CodedError;
  assert.equal([said.message, said.cause], ['unsupported-model: --control /a/ink: expected x, got y', error]);
});

/** What the command says of the words, its last line. */
async function refusal(...args: readonly string[]): Promise<string> {
  const { error } = console;
  const said: string[] = [];
  console.error = (line: string) => void said.push(line);
  const code = await main(['x', ...args]).finally(() => Object.assign(console, { error }));
  assert.is(code, 2, said.join('\n'));
  return said.at(-1)!;
}

test('the command tells every file so, and of a folder the very file in it', async () => {
  const scratch = await mkdtemp(join(tmpdir(), 'given-'));
  try {
    const text = join(scratch, 'text.safetensors');
    await writeFile(text, 'no file of weights');
    const broken = join(scratch, 'broken');
    await mkdir(broken);
    await writeFile(join(broken, 'config.json'), '{"');
    await writeFile(join(broken, 'diffusion_pytorch_model.safetensors'), 'no file of weights');
    const [gone, picture] = [join(scratch, 'gone'), fromRoot('web/icons/icon-192.png')];
    for (const [args, start] of [
      [['--model', gone], `bad-model: --model ${gone}: `],
      [['--model', broken], `bad-model: --model ${broken}: model_index.json: `],
      [['--vae', text], `bad-model: --vae ${text}: `],
      [['--lora', `${text}:0.5`], `bad-model: --lora ${text}: `],
      [['--lora-dir', gone], `bad-model: --lora-dir ${gone}: `],
      [['--tiny-vae', text], `bad-model: --tiny-vae ${text}: `],
      [['--tiny-vae', broken], `bad-model: --tiny-vae ${broken}/`],
      [['--embedding', `${text}:word`], `bad-model: --embedding ${text}: `],
      [['--control', `${text}:1`, '--control-image', picture], `bad-model: --control ${text}: `],
      [['--control', broken, '--control-image', picture], `bad-model: --control ${broken}/`],
      [['--control', text, '--control-image', gone], `bad-image: --control-image ${gone}: `],
      [['--ip-adapter', text, '--ip-image', picture], `bad-model: --ip-adapter ${text}: `],
      [['--init-image', text], `bad-image: --init-image ${text}: `],
      [['--init-image', picture, '--mask-image', text], `bad-image: --mask-image ${text}: `],
      [['--from', text], `bad-image: --from ${text}: `],
    ] as const) {
      const said = await refusal(...args);
      assert.ok(said.startsWith(start), `${said}\nnot ${start}`);
    }
  } finally {
    await rm(scratch, { recursive: true });
  }
});

test.run();
