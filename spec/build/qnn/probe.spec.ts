/** What the Java for NPUs knows by heart: the probe's graph, and the numbers of chips. */
import { readFile } from 'node:fs/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { probeGraph } from '../../../build/qnn/probe';
import { NPU_CHIPS } from '../../../models/npuChips';
import { fromRoot } from '../../root';

const java = (name: string): Promise<string> =>
  readFile(fromRoot(`bridge-android/qnn/src/main/java/pocketdiffusion/qnn/${name}.java`), 'utf8');

test('QnnProbe.java holds the graph that build/qnn/probe.ts prints', async () => {
  const source = /GRAPH =\n([^;]+);/.exec(await java('QnnProbe'))?.[1] ?? '';
  const text = [...source.matchAll(/"([^"]+)"/g)].map(([, line]) => line).join('');
  assert.is(text, Buffer.from(probeGraph()).toString('base64'));
});

test('NpuChip.java has the numbers of models/npuChips.ts', async () => {
  const source = await java('NpuChip');
  for (const { name, socModel, htpArch } of NPU_CHIPS) {
    assert.ok(source.includes(`new NpuChip("${name}", ${socModel}, ${htpArch})`), name);
  }
});

test.run();
