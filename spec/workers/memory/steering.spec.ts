/** What steers a drawing is open beside its UNet, and planned with it: as it will be opened. */
import relaxed from 'kernels:relaxed';
import words from 'kernels:words';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hashedAdapter, hashedControlNet } from '../../../build/fidelityControl';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { diskFolder } from '../../../models/folder.node';
import type { Manifest } from '../../../models/manifest';
import { planModel } from '../../../models/planModel';
import type { StageSize } from '../../../models/stage';
import { assemble, networkOf } from '../../../workers/backend/int8/assemble';
import { withRelaxed } from '../../../workers/backend/int8/int8.node';
import { openInt8Stage } from '../../../workers/backend/int8/int8Stage';
import { memoBytes } from '../../../workers/backend/int8/memo';
import { bytesOf, type Numbers, WORDS } from '../../../workers/backend/int8/numbers';
import { type Threads, threadsOf } from '../../../workers/backend/int8/threads';
import { controlManifest, controlModel, type PlannedSteering } from '../../../workers/controlModel';
import { COURSES } from '../../../workers/memory/course';
import { type Planned, planDrawing } from '../../../workers/memory/drawingPlan';
import { forecastSize } from '../../../workers/memory/forecast';
import { planFor } from '../../../workers/memory/formFor';
import { int8Plan } from '../../../workers/memory/int8Plan';
import { Needs, steeringSizes } from '../../../workers/memory/needs';
import { int8SteeringBytes } from '../../../workers/memory/steeringBytes';
import { fromRoot } from '../../root';
import { fullSize, NATIVE, ROOMY, SMALL } from './fullSize';

const net = hashedControlNet(fullSize, 'net');
const adapter = hashedAdapter(fullSize, 'adapter');
const besideA = (plan: Manifest, steerers: readonly (typeof net | typeof adapter)[] = [net]): PlannedSteering[] =>
  steerers.map((one) => ({ kind: one.kind, manifest: controlManifest(plan, one) }));
const exact = planModel(fullSize, 'exact');
const int8 = planModel(fullSize, 'int8');
const [FAST, LEAN, ...STREAMED] = COURSES.auto.unet;

test('auto counts what steers: where exact weights only just fit alone, beside a ControlNet they are int8', () => {
  const formIn = (heapBytes: number, steeredBy?: typeof besideA) =>
    planFor(fullSize, 'auto', { heapBytes }, steeredBy ? { steeredBy } : {}).weights;
  const alone = new Needs(exact, NATIVE).stage('unet', LEAN!);
  assert.equal([formIn(alone), formIn(alone, besideA)], ['exact', 'int8']);
  const both = new Needs(exact, { ...NATIVE, steering: besideA(exact) }).stage('unet', LEAN!);
  // 361 million weights of a ControlNet in 16 bits.
  assert.ok(both - alone > 2 * 361e6, `${both - alone}`);
  assert.equal([formIn(both, besideA), formIn(both - 1, besideA)], ['exact', 'int8']);
});

test('whole they are open at once; streamed, segment after segment, the neediest counts', () => {
  const steering = besideA(int8);
  const [plain, steered] = [new Needs(int8, { ...NATIVE, controls: [] }), new Needs(int8, { ...NATIVE, steering })];
  // A lean run gives back its values before the other's.
  assert.is(steered.stage('unet', LEAN!), plain.stage('unet', LEAN!) + steering[0]!.manifest.stages.unet.bytes);
  for (const course of STREAMED) assert.is(steered.stage('unet', course), plain.stage('unet', course));
  // Not lean, and for both passes, it takes more: it goes the UNet's way.
  const added = (course: typeof FAST, batch: 1 | 2): number =>
    new Needs(int8, { ...SMALL, steering }).stage('unet', course!, batch) -
    new Needs(int8, { ...SMALL, controls: [] }).stage('unet', course!, batch);
  assert.ok(added(FAST, 1) > added(LEAN, 1) && added(FAST, 2) > added(FAST, 1));
});

test('a size that fits alone is not said to fit beside a ControlNet', () => {
  const asked: Planned = { ...NATIVE, memory: 'normal' };
  const steered = { ...asked, steering: besideA(exact) };
  const device = { heapBytes: planDrawing(exact, asked, ROOMY).peakBytes };
  assert.ok(forecastSize(exact, asked, device).fits);
  assert.not(forecastSize(exact, steered, device).fits);
});

const demo = await openDiffusersFolder(await diskFolder(fromRoot('models/demo/model')));
const PAGE = 65_536;

/** One thread that computes with such numbers, rightly or not: networks are opened on it, not run. */
async function threadWith(numbers: Numbers): Promise<Threads> {
  const [form, bytes] = numbers.bytes === 2 ? (['words', words] as const) : (['relaxed', relaxed] as const);
  return threadsOf({ form, module: await withRelaxed(() => WebAssembly.compile(bytes)), numbers }, true);
}

test('on our own kernels it is what is opened, to the page, and what is kept of prompts: for both passes a ControlNet, for one an adapter', async () => {
  const { signal } = new AbortController();
  const plan = planModel(demo, 'int8');
  const size = { batch: 2, height: 8, width: 12 };
  const drawn = { width: 96, height: 64 };
  for (const steerer of [hashedControlNet(demo, 'net'), hashedAdapter(demo, 'adapter')]) {
    const { kind } = steerer;
    const steering = [{ kind, manifest: controlManifest(plan, steerer) }];
    const { model } = controlModel(steerer, steering[0]!.manifest);
    const openedOn = async (of: StageSize, numbers: Numbers) => {
      const { network, weights } = await model.file('unet', of, signal);
      // Each in a memory of its own, which would not shrink.
      const stage = await openInt8Stage(networkOf(network!), weights, await threadWith(numbers), signal);
      await stage.close();
      const { usual, first } = assemble(networkOf(network!), numbers, 1);
      return {
        heapBytes: stage.heapBytes,
        kept: memoBytes(usual.preludes) + (first ? memoBytes(first.preludes, first.timesteps) : 0),
      };
    };
    const opened = async (of: StageSize) => {
      const [words, bytes] = [await openedOn(of, WORDS), await openedOn(of, bytesOf(127, 0))];
      return words.heapBytes + words.kept > bytes.heapBytes + bytes.kept ? words : bytes;
    };
    const paged = (bytes: number): number => PAGE * Math.ceil(bytes / PAGE);
    const planned = int8SteeringBytes({ ...drawn, steering }, size, 1);
    const [whole] = steeringSizes(steering[0]!, size, {});
    const first = await opened(whole!);
    assert.ok(first.kept > 0, kind);
    assert.is(paged(planned - first.kept), first.heapBytes, kind);
    const keeping = { cacheInterval: 2, cacheBranch: 1 };
    const [, outer] = steeringSizes(steering[0]!, size, keeping);
    const more = int8SteeringBytes({ ...drawn, ...keeping, steering }, size, 1) - planned;
    const second = outer ? await opened(outer) : { heapBytes: 0, kept: 0 };
    assert.is(paged(more - second.kept), second.heapBytes, `${kind}, and what makes its outermost residuals`);
    assert.is(outer !== undefined, kind === 'controlnet');
    const peak = (steering: Planned['steering'], guidance: 'one-call' | 'two-calls'): number =>
      int8Plan(plan, { ...drawn, steering: steering!, guidance }, ROOMY, 1).peakBytes;
    const another = (guidance: 'one-call' | 'two-calls'): number =>
      peak([...steering, ...steering], guidance) - peak(steering, guidance);
    assert.is(another('one-call'), planned, kind);
    assert.ok(kind === 'adapter' ? another('two-calls') === planned : another('two-calls') < planned, kind);
  }
});

test.run();
