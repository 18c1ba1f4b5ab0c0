/** Networks in segments: the same operations over the same weights, each in one segment and no other. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SD15 } from '../../build/bench/sd15Description';
import type { Layers } from '../../models/graph/layers';
import { describe } from '../../models/graph/network';
import { parametersOf } from '../../models/graph/parameters';
import { segmentsOf } from '../../models/graph/segments';
import { traced } from '../../models/graph/trace';
import type { StageName } from '../../models/stage';

const SIZE = { batch: 1, height: 64, width: 64 };
const bytesOf = ({ shape }: { shape: readonly number[] }): number => shape.reduce((count, size) => count * size, 2);
const cut = (stage: StageName, count: number) => segmentsOf((net) => describe(net, SD15, stage, SIZE), bytesOf, count);
const total = parametersOf(SD15, 'unet').reduce((sum, parameter) => sum + bytesOf(parameter), 0);

test('every weight is in one segment, in the order of the network', () => {
  for (const count of [1, 2, 4, 8]) {
    const segments = cut('unet', count);
    assert.is(segments.length, count);
    assert.equal(
      segments.flatMap(({ parameters }) => parameters),
      parametersOf(SD15, 'unet'),
    );
  }
});

test('shares are even to a tenth of the whole', () => {
  for (const count of [2, 4, 8]) {
    const shares = cut('unet', count).map(({ parameters }) => parameters.reduce((sum, p) => sum + bytesOf(p), 0));
    assert.ok(Math.max(...shares) < total * (1 / count + 0.1 / Math.sqrt(count)), `${shares}`);
  }
});

test('a segment asks for nothing that is not an input of the network or handed out before', () => {
  for (const [stage, given] of [
    ['unet', ['sample', 'timestep', 'encoder_hidden_states']],
    ['vae_decoder', ['latents']],
    ['text_encoder', ['input_ids']],
  ] as const) {
    const known = new Set<string>(given);
    const segments = cut(stage, 5);
    for (const { describe: part, inputs, outputs } of segments) {
      const ports = (op: 'input' | 'output') => traced(part).flatMap((call) => (call.op === op ? [call.args[0]] : []));
      assert.equal(ports('input'), inputs);
      assert.equal(ports('output').sort(), [...outputs].sort());
      assert.equal(
        inputs.filter((name) => !known.has(name)),
        [],
      );
      for (const name of outputs) known.add(name);
    }
    const { outputs } = segments.at(-1)!;
    assert.equal(outputs, [{ unet: 'noise', vae_decoder: 'image', text_encoder: 'hidden_states' }[stage]]);
  }
});

test('described one after another, the segments are the network, operation by operation', () => {
  const whole = traced((net) => describe(net, SD15, 'unet', SIZE)).map(({ op, result }) => `${op} ${result?.shape}`);
  const parts = cut('unet', 4).flatMap((segment) => traced(segment.describe));
  const inside = parts.flatMap(({ op, args, result }) =>
    op === 'input' || (op === 'output' && args[0] !== 'noise') ? [] : [`${op} ${result?.shape}`],
  );
  assert.equal(
    inside,
    whole.filter((line) => !line.startsWith('input')),
  );
});

test('a wide value is not cut through for the sake of even shares', () => {
  const network = (net: Layers): void => {
    let x = net.input('x', 'float32', [1, 1000, 64]);
    for (const [i, channels] of [64, 4096, 64, 64].entries()) x = net.linear(`${i}`, x, channels);
    net.output('y', x);
  };
  const shares = segmentsOf(network, bytesOf, 2).map(({ parameters }) => parameters.map(({ name }) => name));
  // Between 1 and 2 the shares would be even, and 1000 × 4096 numbers would cross.
  assert.ok(
    shares.some((names) => names.includes('1.weight') && names.includes('2.weight')),
    JSON.stringify(shares),
  );
});

test.run();
