/** Graphs that were written by `npm run quantize`, handed to the compiler as they lie there. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Job, LEAST } from '../../../build/qnn/quantizedStage';
import { type WantedGraphs, writtenGraphs } from '../../../build/qnn/writtenGraphs';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { STAGE_NAMES } from '../../../models/manifest';
import type { NpuStage } from '../../../models/npuManifest';
import { networkPorts } from '../../../models/npuPorts';
import { roundedToNearest } from '../../../models/quantize/integerWeights';
import { writeNpuManifest, writeNpuStage, writeTokenTable } from '../../../workers/quantize/npuPack.node';
import { randomModel } from '../../models/randomModel';
import { rejects } from '../../models/rejects';

const SIZES = [
  { width: 48, height: 40 },
  { width: 40, height: 40 },
];
const never = new AbortController().signal;
const { description, tokenizer, weights } = await openDiffusersFolder(await randomModel('B'));
let scratch = '';
const written = () => join(scratch, 'written');

test.before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'written-'));
  const anything = new (class extends Map<string, { min: number; max: number }> {
    override get = () => ({ min: -1, max: 1 });
  })();
  const stages: NpuStage[] = [];
  for (const [i, { width, height }] of SIZES.entries()) {
    for (const stage of STAGE_NAMES) {
      if (i > 0 && stage === 'text_encoder') continue;
      const asked = {
        stage,
        size: { batch: 1, width: width / 8, height: height / 8 },
        weights: roundedToNearest(weights(stage), () => 8),
        weightBits: () => 8 as const,
        activationBits: 16 as const,
        ranges: anything,
        parts: stage === 'unet' ? 2 : 1,
      };
      stages.push(await writeNpuStage(written(), description, asked, never));
    }
  }
  const tokenTable = await writeTokenTable(written(), weights('text_encoder'));
  const facts = {
    name: 'B',
    precision: 'w8a16',
    made: 'by a spec',
    description,
    tokenizer,
    tokenTable,
    stages,
  } as const;
  await writeNpuManifest(written(), facts);
});
test.after(() => rm(scratch, { recursive: true, force: true }));

async function jobs(wanted: Partial<WantedGraphs>, each: (job: Job) => Promise<void> = async () => undefined) {
  const found: Job[] = [];
  const all: WantedGraphs = { stages: STAGE_NAMES, size: undefined, only: undefined, ...wanted };
  for await (const job of writtenGraphs(join(scratch, 'work'), written(), all)) {
    await each(job);
    found.push(job);
  }
  return found;
}

test('every network of one size is there, its parts in turn, as its files lie in the folder, with something to ask it', async () => {
  const found = await jobs({}, async ({ name, network, inputs }) => {
    const within = network === 'text_encoder' ? 'every-size' : '48x40';
    const own = name.replace(`-${within}`, '');
    const copies = { [`${name}.onnx`]: `${own}.onnx`, [`${own}.weights`]: `${own}.weights` };
    for (const [copy, file] of Object.entries(copies))
      assert.equal(await readFile(join(scratch, 'work', copy)), await readFile(join(written(), within, file)), file);
    const ports = networkPorts(description, network as 'unet', SIZES[0]!).inputs;
    for (const [input, shape] of Object.entries(inputs)) {
      if (!ports.some((port) => port.name === input)) continue;
      const { length } = await readFile(join(scratch, 'work', `${network}.0.${input}.f32`));
      assert.is(length, 4 * shape.reduce((product, side) => product * side, 1), input);
    }
  });
  assert.equal(
    found.map(({ name, network, least }) => [name, network, least]),
    [
      ['text_encoder-every-size', 'text_encoder', LEAST.network],
      ['unet.1-48x40', 'unet', LEAST.network],
      ['unet.2-48x40', 'unet', LEAST.network],
      ['vae_decoder-48x40', 'vae_decoder', LEAST.network],
      ['vae_encoder-48x40', 'vae_encoder', LEAST.network],
    ],
  );
  assert.equal(found[2]!.outputs, { noise: [1, description.unet.outChannels, 5, 6] });
  const left = await readdir(join(scratch, 'work'));
  assert.equal(
    left.filter((name) => !name.endsWith('.f32')),
    [],
    'graphs do not pile up',
  );
});

test('another size, whose graphs have other names, and some networks or parts alone, where they are asked for', async () => {
  const some = await jobs({ size: SIZES[1]!, stages: ['unet'], only: new Set([2]) });
  assert.equal(
    some.map(({ name, outputs }) => [name, outputs.noise]),
    [['unet.2-40x40', [1, description.unet.outChannels, 5, 5]]],
  );
});

test('a size that is not there, and a file that is not what it was, are refused', async () => {
  const elsewhere = { width: 512, height: 512 };
  await rejects(() => jobs({ size: elsewhere }), 'bad-argument', '--size', '48x40, 40x40', '512x512');
  const path = join(written(), '48x40', 'vae_decoder.weights');
  const bytes = await readFile(path);
  await writeFile(path, bytes.fill(1, 0, 9));
  await rejects(() => jobs({ stages: ['vae_decoder'] }), 'corrupt-store', 'vae_decoder.weights');
});

test.run();
