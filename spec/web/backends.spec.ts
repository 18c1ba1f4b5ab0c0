import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { onlyThere, reportOn, toBackend, type Wish } from '../../web/backends';
import { INITIAL, type State } from '../../web/reducer';
import type { BackendReport, HostReport } from '../../workers/api';

const wasm: BackendReport = { name: 'wasm', available: true, why: '', threads: 8 };
const oneThread: BackendReport = { ...wasm, why: 'no-threads', threads: 1 };
const gpu = (available: boolean, why = ''): BackendReport => ({ name: 'webgpu', available, why, threads: 1 });
const npu: BackendReport = { name: 'npu', available: true, why: '', threads: 1 };
const native: BackendReport = { name: 'native-cpu', available: true, why: '', threads: 8 };
const ways = (backend: 'npu' | 'native-cpu', side: number) => ({ backend, width: side, height: side });
/** A host with one model of this page for both of its ways, and one of its own. */
const HOST: HostReport = {
  heat: 'none',
  backends: [npu, native],
  models: [
    { id: 'a', name: 'A', bytes: 1, ways: [ways('npu', 512), ways('native-cpu', 256)] },
    { id: 'host:b', name: 'B', bytes: 2, ways: [ways('npu', 512), ways('native-cpu', 512)] },
  ],
};
const state = (more: Partial<State>): State => ({ ...INITIAL, ...more });
const wish = (side: number, modelId = 'a'): Wish => ({ modelId, width: side, height: side });

test('auto is the GPU only where it passed its test', () => {
  const chosen = (choice: Parameters<typeof toBackend>[0], ...backends: BackendReport[]) =>
    toBackend(choice, state({ backends }), wish(512));
  assert.is(chosen('auto', gpu(true)), 'webgpu');
  assert.is(chosen('auto', gpu(false, 'no-adapter')), 'wasm');
  assert.is(chosen('auto'), 'wasm');
  assert.is(chosen('wasm', gpu(true)), 'wasm');
  assert.is(chosen('webgpu', gpu(false, 'no-adapter')), 'wasm');
  assert.is(chosen('webgpu'), 'webgpu', 'asked for by name before its test is through');
  assert.equal([chosen('auto', gpu(true, 'software')), chosen('webgpu', gpu(true, 'software'))], ['wasm', 'webgpu']);
});

test('eight-bit kernels are for models that are kept so, or small; auto takes them for the former where there is room', () => {
  const here = state({ backends: [wasm, { ...wasm, name: 'wasm-int8' }] });
  const of = (weights: 'exact' | 'int8', bytes: number) => ({ ...wish(512), kept: { weights, bytes } });
  assert.is(reportOn('wasm-int8', here, of('int8', 1e9))?.available, true);
  assert.is(reportOn('wasm-int8', here, of('exact', 1e9))?.why, 'wider-weights');
  assert.is(reportOn('wasm-int8', here, of('exact', 2e7))?.available, true);
  assert.is(toBackend('wasm-int8', here, of('int8', 1e9)), 'wasm-int8');
  assert.is(toBackend('wasm-int8', here, of('exact', 1e9)), 'wasm');
  assert.is(toBackend('auto', here, of('int8', 1e9)), 'wasm-int8');
  assert.is(toBackend('auto', here, of('exact', 2e7)), 'wasm');
  assert.is(toBackend('auto', here, { ...of('int8', 1e9), memory: 'low' }), 'wasm');
  assert.is(toBackend('auto', here, { ...of('int8', 1e9), width: 1024 }), 'wasm');
  assert.is(toBackend('auto', here, { ...of('int8', 1e9), deviceMemory: 4 }), 'wasm');
  const failed = { ...wasm, name: 'wasm-int8', available: false, why: 'self-test-failed' } as const;
  assert.is(toBackend('auto', state({ backends: [wasm, failed] }), of('int8', 1e9)), 'wasm');
});

test('auto is the NPU where it draws this model in this size, before any GPU', () => {
  const both = state({ backends: [wasm, gpu(true)], host: HOST });
  assert.is(toBackend('auto', both, wish(512)), 'npu');
  assert.is(toBackend('auto', both, wish(256)), 'webgpu');
  assert.is(toBackend('auto', both, wish(512, 'c')), 'webgpu');
  assert.is(toBackend('npu', both, wish(256)), 'webgpu', 'a choice that cannot be had is auto');
  assert.is(toBackend('wasm', both, wish(512)), 'wasm', 'one that can is kept');
});

test("auto is the host's CPU where this page has but one thread", () => {
  const host: HostReport = { ...HOST, backends: [{ ...npu, available: false, why: 'no-npu' }, native] };
  assert.is(toBackend('auto', state({ backends: [oneThread], host }), wish(256)), 'native-cpu');
  assert.is(toBackend('auto', state({ backends: [wasm], host }), wish(256)), 'wasm');
  assert.is(toBackend('native-cpu', state({ backends: [wasm], host }), wish(256)), 'native-cpu');
  assert.is(toBackend('auto', state({ backends: [oneThread], host }), wish(512)), 'wasm');
});

test('a model that only the host has is never drawn here', () => {
  const there = state({ backends: [wasm, gpu(true)], host: HOST });
  assert.is(toBackend('auto', there, wish(512, 'host:b')), 'npu');
  assert.is(toBackend('wasm', there, wish(512, 'host:b')), 'npu');
  assert.is(toBackend('webgpu', there, wish(256, 'host:b')), 'native-cpu', 'which says in what sizes it draws');
  assert.equal(
    onlyThere(there).map(({ id, name, bytes, width, origins }) => [id, name, bytes, width, origins]),
    [['host:b', 'B', 2, 512, ['host']]],
  );
});

test('why a way cannot be used is said', () => {
  const there = state({ backends: [wasm, gpu(false, 'no-adapter')], host: HOST });
  const why = (name: Parameters<typeof reportOn>[0], of: State, asked: Wish) => reportOn(name, of, asked)?.why;
  assert.is(why('npu', state({}), wish(512)), 'no-host');
  assert.is(why('npu', there, wish(512)), '');
  assert.is(why('npu', there, wish(256)), 'other-size');
  assert.is(why('native-cpu', there, wish(256, 'c')), 'other-model');
  assert.is(why('webgpu', there, wish(512)), 'no-adapter');
  assert.is(why('wasm', there, wish(512, 'host:b')), 'only-there');
  const hot: HostReport = { ...HOST, backends: [{ ...npu, available: false, why: 'too-hot' }, native] };
  assert.is(why('npu', state({ host: hot }), wish(512)), 'too-hot');
  assert.is(reportOn('wasm', state({}), wish(512)), undefined, 'the engine has yet to say');
});

test.run();
