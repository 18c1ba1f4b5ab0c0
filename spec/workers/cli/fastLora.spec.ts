/** `npm run generate --fast` with a LoRA: its networks are opened whole and cut, and what was changed for one is there for the other. */
import fs from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { diskFolder } from '../../../models/folder.node';
import { parametersOf } from '../../../models/graph/parameters';
import { encodeSafetensors } from '../../../models/safetensorsWriter';
import { main } from '../../../workers/cli';
import { uniform } from '../../models/randomModel';
import { fromRoot } from '../../root';

let scratch: string;
const { log, error } = console;
const { mkdtempSync } = fs;
/** Folders for changed weights that are put aside: nothing else is made at once. */
let aside = 0;
test.before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'fast-'));
  const { description } = await openDiffusersFolder(await diskFolder(fromRoot('models/demo/model')));
  const tensors = parametersOf(description, 'unet').flatMap(({ name, shape: [rows, columns] }) => {
    const layer = /^(.*attn1\.to_q)\.weight$/.exec(name)?.[1]?.replaceAll('.', '_');
    const part = (word: string, shape: readonly number[]) => ({
      ...{ name: `lora_unet_${layer}.lora_${word}.weight`, dtype: 'F32' as const, shape },
      data: new Uint8Array(uniform(`${name}/${word}`, shape[0]! * shape[1]!, 0.1, 0).buffer),
    });
    return layer ? [part('down', [1, columns!]), part('up', [rows!, 1])] : [];
  });
  await writeFile(join(scratch, 'ink.safetensors'), encodeSafetensors(tensors));
  fs.mkdtempSync = ((...args: Parameters<typeof mkdtempSync>) => {
    aside += 1;
    return mkdtempSync(...args);
  }) as typeof mkdtempSync;
  syncBuiltinESMExports();
});
test.after(async () => {
  fs.mkdtempSync = mkdtempSync;
  syncBuiltinESMExports();
  await rm(scratch, { recursive: true });
});

async function putAside(...args: readonly string[]): Promise<number> {
  aside = 0;
  const lora = ['--lora', join(scratch, 'ink.safetensors'), '--out', join(scratch, 'picture.png')];
  const small = ['--backend', 'wasm', '--width', '32', '--height', '32', '--guidance-scale', '1'];
  const said: unknown[] = [];
  console.log = console.error = (line) => void said.push(line);
  const code = await main(['an owl', ...small, ...lora, ...args]).finally(() => Object.assign(console, { log, error }));
  assert.is(code, 0, `${said}`);
  return aside;
}

test('a LoRA is added once to what --fast opens twice, and put aside for nothing that is opened once', async () => {
  assert.is(await putAside('--fast', '--steps', '12'), 1);
  assert.is(await putAside('--steps', '1'), 0);
});

test.run();
