/** `npm run generate` with LoRAs: by option, by the prompt, out of a picture's file, over a checkpoint and over a converted folder. */
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { decode } from 'fast-png';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { psnr } from '../../../models/quantize/quality/psnr';
import type { NamedTensor } from '../../../models/safetensorsWriter';
import { loraFile } from '../../models/lora/randomLora';
import { describeRandomModel, randomModelFiles, uniform } from '../../models/randomModel';
import { commandsIn } from './command';

let scratch: string;
let model: string;
test.before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'generate-'));
  model = join(scratch, 'model');
  for (const [path, bytes] of await randomModelFiles('B')) {
    await mkdir(dirname(join(model, path)), { recursive: true });
    await writeFile(join(model, path), bytes);
  }
});
test.after(() => rm(scratch, { recursive: true }));

const { generate, convert } = commandsIn(() => scratch);

const pixelsOf = (name: string) => Uint8Array.from(decode(readFileSync(join(scratch, name))).data);

test('LoRAs are drawn with from a folder, by option or by the prompt, over any model alike; a picture’s file finds them again', async () => {
  const description = describeRandomModel('B');
  const converted = join(scratch, 'converted');
  assert.is((await convert(model, '--out', converted)).status, 0);
  const folder = join(scratch, 'loras', 'inside');
  await mkdir(folder, { recursive: true });
  for (const name of ['ink', 'clay'])
    await writeFile(join(folder, `${name}.safetensors`), loraFile(blockLora(description, name)));
  const settings = ['--steps', '2', '--seed', '3', '--width', '64', '--height', '72', '--lora-dir', 'loras'];
  const drawn = async (out: string, ...words: readonly string[]) => {
    const { status, stderr } = await generate(...words, ...settings, '--out', out);
    assert.is(status, 0, stderr);
    return pixelsOf(out);
  };
  const styled = ['--prompt-style', 'a1111'];
  const file = join(folder, 'ink.safetensors');
  const plain = await drawn('plain.png', 'x', '--model', model);
  const tagged = await drawn('tagged.png', 'x<lora:ink:0.8>', '--model', model, ...styled);
  assert.ok(psnr(plain, tagged) < 40);
  assert.equal(await drawn('option.png', 'x', '--model', model, ...styled, '--lora', `${file}:0.8`), tagged);
  assert.equal(await drawn('folder.png', 'x', '--model', converted, '--lora', `${file}:0.8`), tagged);

  assert.equal(await drawn('again.png', '--from', 'tagged.png', '--model', model), tagged);
  assert.equal(readFileSync(join(scratch, 'again.png')), readFileSync(join(scratch, 'tagged.png')));
  await drawn('option-again.png', '--from', 'option.png', '--model', model);
  assert.equal(readFileSync(join(scratch, 'option-again.png')), readFileSync(join(scratch, 'option.png')));
  await rename(file, join(folder, 'other name.safetensors'));
  assert.equal(await drawn('renamed.png', '--from', 'tagged.png', '--model', model), tagged);
  await rm(join(folder, 'other name.safetensors'));
  const without = await generate('--from', 'option.png', '--model', model, ...settings, '--out', 'without.png');
  assert.is(without.status, 0, without.stderr);
  assert.match(without.stderr, /note: it was drawn with the LoRA ink \([0-9a-f]{12}\), which is not here/);
  assert.equal(pixelsOf('without.png'), plain);

  const { status, stderr } = await generate(
    'x<lora:clai>',
    '--model',
    model,
    ...styled,
    ...settings,
    '--out',
    'never.png',
  );
  assert.is(status, 2);
  assert.ok(stderr.includes('bad-argument: loras: expected a LoRA that is here, such as clay, got clai'), stderr);

  // Shorter than any header, and as long as one.
  for (const words of ['hello', 'hello, this is no LoRA']) {
    const text = join(scratch, 'text.txt');
    await writeFile(text, words);
    const refused = await generate('x', '--model', model, '--lora', text, '--out', 'never.png');
    assert.is(refused.status, 2);
    assert.match(refused.stderr, /bad-model: .*text\.txt: expected a safetensors file, got text that begins "hello/);
  }
});

/** Of one layer alone, which every model of this shape has. */
function blockLora({ unet }: ReturnType<typeof describeRandomModel>, name: string) {
  const width = unet.blockOutChannels.at(-1)!;
  const factor = (shape: number[], part: string): NamedTensor => {
    const values = uniform(`${name}/${part}`, shape[0]! * shape[1]!, 1, 0);
    const key = `lora_unet_mid_block_attentions_0_transformer_blocks_0_attn1_to_v.lora_${part}.weight`;
    return { name: key, dtype: 'F32', shape, data: new Uint8Array(values.buffer) };
  };
  return [factor([2, width], 'down'), factor([width, 2], 'up')];
}

test.run();
