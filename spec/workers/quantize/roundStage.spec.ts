/** A network rounded part by part, over what waits on disk: the same as at once, after a stop too. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { CodedError } from '../../../models/errors';
import { networkPorts } from '../../../models/npuPorts';
import { type Engine, memorySpool, type NetworkTensor } from '../../../models/quantize/calibrate/network';
import { matrixKeys } from '../../../models/quantize/dequantized';
import { roundedToNearest } from '../../../models/quantize/integerWeights';
import { plainMatMul } from '../../../models/quantize/matrix/matMul';
import { roundedWeights } from '../../../models/quantize/roundedWeights';
import { DEFAULT_ROUNDING } from '../../../models/quantize/roundLayer';
import { computing } from '../../../workers/backend/computing.node';
import { calibrationEngine } from '../../../workers/quantize/engine.node';
import { type RoundedStage, type RoundStageOptions, roundStage } from '../../../workers/quantize/roundStage.node';
import { diskSpool } from '../../../workers/quantize/spool.node';
import { randomModel, uniform } from '../../models/randomModel';
import { rejects } from '../../models/rejects';

const { description, weights: sources } = await openDiffusersFolder(await randomModel('A'));
const weights = roundedToNearest(sources('text_encoder'), () => 8);
const never = new AbortController().signal;
/** Products are small: plain ones are faster than those that wait for threads. */
const engine: Engine = { ...(await calibrationEngine(await computing('wasm'), never)), matMul: plainMatMul };
const PARTS = 5;
const OPTIONS: RoundStageOptions = {
  ...DEFAULT_ROUNDING,
  bits: [8],
  clipping: 'room',
  asymmetric: false,
  biasCorrection: false,
  kernels: false,
  parts: PARTS,
  places: 8,
};
const keys = matrixKeys(description, 'text_encoder');
const size = { batch: 1, height: 6, width: 5 };
const samples = [1, 2].map((seed) =>
  Object.fromEntries(
    networkPorts(description, 'text_encoder', { height: 48, width: 40 }).inputs.map(({ name, shape }) => {
      const count = shape.reduce((product, side) => product * side, 1);
      const tensor: NetworkTensor = { type: 'float32', shape, data: uniform(`${name} ${seed}`, count, 2, 0) };
      return [name, tensor];
    }),
  ),
);

let scratch = '';
test.before.each(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'round-'));
});
test.after.each(() => rm(scratch, { recursive: true, force: true }));

interface Run {
  readonly folder?: string;
  readonly signal?: AbortSignal;
  readonly with?: Engine;
  readonly told?: (done: number) => void;
}

async function rounded(options: Partial<RoundStageOptions>, run: Run = {}): Promise<RoundedStage> {
  const { folder = 'a', signal = never, told } = run;
  const spools = {
    exact: await diskSpool(join(scratch, folder, 'spool')),
    rounded: await diskSpool(join(scratch, folder, 'rounded')),
  };
  const to = { engine: run.with ?? engine, folder: join(scratch, folder), signal };
  const asked = { description, stage: 'text_encoder', sizes: [{ size, samples, spools }], weights } as const;
  return roundStage(asked, { ...OPTIONS, ...options }, to, told);
}

async function integersOf({ files }: RoundedStage): Promise<Map<string, readonly number[]>> {
  const from = roundedWeights(files, weights, () => 8);
  const all = keys.map(async (key) => [key, [...(await from.integers(key)).values]] as const);
  return new Map(await Promise.all(all));
}

test('in five parts over disk every range and every integer is that of the whole in memory', async () => {
  const spools = { exact: memorySpool(), rounded: memorySpool() };
  const to = { engine, folder: join(scratch, 'whole'), signal: never };
  const whole = await roundStage(
    { description, stage: 'text_encoder', sizes: [{ size, samples, spools }], weights },
    { ...OPTIONS, parts: 1 },
    to,
  );
  const parts = await rounded({});
  assert.equal([whole.files.length, parts.files.length], [1, PARTS]);
  const [[inParts], [inOne]] = [parts.ranges, whole.ranges];
  assert.equal([...inParts!.keys()].sort(), [...inOne!.keys()].sort());
  for (const [tap, { min, max }] of inOne!) {
    const found = inParts!.get(tap)!;
    assert.ok(Math.abs(found.min - min) + Math.abs(found.max - max) < 1e-4 * (max - min), tap);
  }
  const [expected, got] = [await integersOf(whole), await integersOf(parts)];
  assert.equal([...got], [...expected]);
  assert.equal(await readdir(join(scratch, 'a', 'spool')), [], 'nothing stays on disk');
});

test('for inputs that rounded parts leave, the first part is the same and a later one is another; nothing stays on disk', async () => {
  const [plain, asymmetric] = [await rounded({}), await rounded({ asymmetric: true }, { folder: 'b' })];
  const [before, after] = [await integersOf(plain), await integersOf(asymmetric)];
  const changed = keys.filter((key) => `${before.get(key)}` !== `${after.get(key)}`);
  const partOf = (key: string): number => plain.files.findIndex((file) => file.info(`${key}/int8`));
  assert.ok(changed.length > 0);
  assert.ok(changed.every((key) => partOf(key) > 0));
  assert.equal(await readdir(join(scratch, 'b', 'spool')), []);
  assert.equal(await readdir(join(scratch, 'b', 'rounded')), []);
});

for (const asymmetric of [false, true]) {
  test(`after a stop it goes on with what lies on disk, and tells only of that; asymmetric: ${asymmetric}`, async () => {
    const stop = new AbortController();
    const told = (done: number): void => {
      // In the third part: what two parts have handed on lies on disk.
      if (done > 2.2 / PARTS) stop.abort(new CodedError('aborted', { argument: 'a', expected: 'b', got: 'c' }));
    };
    await rejects(() => rounded({ asymmetric }, { signal: stop.signal, told }), 'aborted', 'a: expected b, got c');
    assert.ok((await readdir(join(scratch, 'a', 'spool'))).length > 0);
    const shares: number[] = [];
    const resumed = await rounded({ asymmetric }, { told: (done) => void shares.push(done) });
    assert.is(shares[0], 2 / PARTS);
    assert.is(shares.at(-1), 1);
    const once = await rounded({ asymmetric }, { folder: 'b' });
    assert.equal([...resumed.ranges[0]!], [...once.ranges[0]!]);
    assert.equal([...(await integersOf(resumed))], [...(await integersOf(once))]);
    assert.equal(await readdir(join(scratch, 'a', 'spool')), []);
    assert.equal(await readdir(join(scratch, 'a', 'rounded')), []);
  });
}

// The first product is one of moments; by the fifth the first part's few layers are being rounded.
for (const failed of [1, 5]) {
  test(`what goes wrong in product ${failed} says in which layer of which part`, async () => {
    let products = 0;
    const failing: Engine = {
      ...engine,
      matMul: (...asked) => {
        products++;
        if (products < failed) return engine.matMul(...asked);
        throw new CodedError('out-of-memory', { argument: 'matMul', expected: 'room', got: 'none' });
      },
    };
    const words = ['text_encoder, part 1 of 5: ', '.weight', 'matMul'];
    await rejects(() => rounded({}, { with: failing }), 'out-of-memory', ...words);
  });
}

test.run();
