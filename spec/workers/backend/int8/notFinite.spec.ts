/** A number that is none stops the run where it is first looked at, with a code that names the layer: each way to read one. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Layers, Value } from '../../../../models/graph/layers';
import { weightsInMemory } from '../../../../models/stageWeights';
import { nodeForm, nodeThreads } from '../../../../workers/backend/int8/int8.node';
import { openInt8Stage } from '../../../../workers/backend/int8/int8Stage';
import { type Numbers, WORDS } from '../../../../workers/backend/int8/numbers';
import type { Threads } from '../../../../workers/backend/int8/threads';
import * as layout from '../../../../workers/kernels/layout';
import type { Tensor } from '../../../../workers/tensor';
import { input, madeUp, onKernels } from './network';
import { oneThread } from './oneThread';

/** Words that are not convolved by patches. */
const PLAIN: Numbers = { bytes: 2, range: WORDS.range, attention: WORDS.attention };

const FORMS = new Map<string, Threads>([
  ['words', await oneThread('words')],
  ['words without patches', await oneThread('words', PLAIN)],
  ...((await nodeForm('relaxed')) ? [['relaxed', await oneThread('relaxed')] as const] : []),
]);

const PICTURE = [2, 16, 5, 3] as const;
const TOKENS = [2, 9, 24] as const;

interface Reader {
  readonly what: string;
  readonly shape: readonly number[];
  /** As what it comes in. */
  readonly from?: string;
  readonly body: (net: Layers, x: Value) => Value;
  /** Whom the code names. */
  readonly named: string;
  readonly precise?: boolean;
  /** What it is computed by, in these forms. */
  readonly by?: readonly [opcode: number, forms: readonly string[]];
}

const conv = (what: string, opcode: number, forms: readonly string[], enlarged = false): Reader => ({
  ...{ what, shape: PICTURE, named: 'here', by: [opcode, forms] },
  body: (net, x) => net.conv2d('here', enlarged ? net.upsampleTo(x, 10, 6) : x, { channels: 8, kernel: 3 }),
});

const ROLES = ['to_q', 'to_k', 'to_v'] as const;

/** Queries, keys and values: inputs, but for those that are given. */
const rolesIn = (net: Layers, given: Partial<Record<(typeof ROLES)[number], Value>> = {}) =>
  ROLES.map((role) => given[role] ?? net.input(`block.attn1.${role}`, 'float32', TOKENS)) as [Value, Value, Value];

/** One of queries, keys and values is what comes in. */
const attention = (given: (typeof ROLES)[number], causal: boolean): Reader => ({
  ...{ what: `${causal ? 'causal ' : ''}attention, ${given}`, shape: TOKENS, named: 'block.attn1' },
  by: [causal ? layout.ATTENTION : layout.ATTENTION_INTEGERS, [...FORMS.keys()]],
  from: `block.attn1.${given}`,
  body: (net, x) => {
    const [q, k, v] = rolesIn(net, { [given]: x });
    return net.attention(q, k, v, { heads: 2, causal });
  },
});

const norm = { groups: 4, epsilon: 1e-5 };
const READERS: readonly Reader[] = [
  conv('a 3×3 convolution', layout.CONV, ['words without patches', 'relaxed']),
  conv('a 3×3 convolution by patches', layout.CONV_WINOGRAD, ['words']),
  conv('a 3×3 convolution of an enlarged picture', layout.CONV_DOUBLED, ['words', 'relaxed'], true),
  {
    ...{ what: 'a convolution in float32', shape: PICTURE, named: 'conv_in', by: [layout.CONV_F32, [...FORMS.keys()]] },
    body: (net, x) => net.conv2d('conv_in', x, { channels: 8, kernel: 3 }),
  },
  {
    ...{ what: 'a linear layer', shape: TOKENS, named: 'here', by: [layout.CONV, [...FORMS.keys()]] },
    body: (net, x) => net.linear('here', x, 8),
  },
  {
    ...{ what: 'a linear layer quantized with care', shape: TOKENS, named: 'here', precise: true },
    body: (net, x) => net.linear('here', x, 8),
  },
  {
    ...{ what: 'a linear layer of one row', shape: [1, 24], named: 'here', by: [layout.VECTOR, [...FORMS.keys()]] },
    body: (net, x) => net.linear('here', x, 8),
  },
  {
    ...{ what: 'a group norm', shape: PICTURE, named: 'here', by: [layout.GROUP_AFFINE, [...FORMS.keys()]] },
    body: (net, x) => net.silu(net.groupNorm('here', x, norm)),
  },
  {
    ...{ what: 'a layer norm', shape: TOKENS, named: 'here' },
    body: (net, x) => net.layerNorm('here', x, { epsilon: 1e-5 }),
  },
  { what: 'a sum', shape: TOKENS, named: 'x', body: (net, x) => net.add(x, net.relu(x)) },
  ...ROLES.flatMap((given) => [attention(given, false), attention(given, true)]),
];

for (const { what, shape, from = 'x', body, named, precise = false, by } of READERS) {
  for (const [form, threads] of FORMS) {
    if (by && !by[1].includes(form)) continue;
    test(`${form}: ${what} names itself`, async () => {
      const describe = (net: Layers): void => {
        const made = body(net, net.input(from, 'float32', shape));
        net.output('y', made.shape.length === 4 ? net.conv2d('later', made, { channels: 8, kernel: 1 }) : made);
      };
      const made = madeUp(describe, 8);
      const others = ROLES.map((role) => [`block.attn1.${role}`, input(TOKENS, 3)] as const);
      const inputs = (x: Tensor) => ({ ...Object.fromEntries(others), [from]: x });
      const opcodes = new Set<number>();
      await onKernels(describe, made, inputs(input(shape, 1)), threads, precise, async ({ opcode }, run) => {
        opcodes.add(opcode);
        await run();
      });
      if (by) assert.ok(opcodes.has(by[0]), `${[...opcodes]}`);
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        const x = input(shape, 1);
        x.data[x.data.length >> 1] = value;
        await onKernels(describe, made, inputs(x), threads, precise).then(
          () => assert.unreachable(`${value} went through`),
          (error) => assert.equal([error.code, error.argument], ['bad-picture', `made up: ${named}`], `${value}`),
        );
      }
    });
  }
}

// Sixteen numbers at a time, and what is left over by itself; the first of a row is what the others are compared with.
for (const channels of [4, 60, 64, 76]) {
  for (const [form, threads] of FORMS) {
    test(`${form}: it is found wherever it stands among ${channels}`, async () => {
      const describe = (net: Layers): void =>
        net.output('y', net.linear('here', net.input('x', 'float32', [1, 3, channels]), 8));
      const made = madeUp(describe, 8);
      for (let at = channels; at < 2 * channels; at++) {
        for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
          const x = input([1, 3, channels], 1);
          x.data[at] = value;
          await onKernels(describe, made, { x }, threads, false).then(
            () => assert.unreachable(`${value} went through at ${at}`),
            (error) =>
              assert.equal([error.code, error.argument], ['bad-picture', 'made up: here'], `${value} at ${at}`),
          );
        }
      }
    });
  }
}

for (const [form, threads] of FORMS) {
  test(`${form}: a row whose numbers are nearly one is none of these`, async () => {
    const describe = (net: Layers): void =>
      net.output('y', net.linear('here', net.input('x', 'float32', [1, 3, 76]), 8));
    const made = madeUp(describe, 8);
    // So little, the smallest that float32 has, that levels over it are infinity.
    const data = Float32Array.from({ length: 3 * 76 }, (_, i) => (i % 3) * 2 ** -149);
    const { y } = await onKernels(describe, made, { x: { type: 'float32', shape: [1, 3, 76], data } }, threads, false);
    const bias = Array.from(made.weights.get('here.bias')!.data);
    assert.equal([...y!.data], [...bias, ...bias, ...bias]);
  });
}

for (const [form, threads] of FORMS) {
  test(`${form}: queries and keys whose products are too large to be numbers`, async () => {
    const describe = (net: Layers): void => {
      net.output('y', net.attention(...rolesIn(net), { heads: 2 }));
    };
    const inputs = Object.fromEntries(
      ROLES.map((role) => [`block.attn1.${role}`, input(TOKENS, 3, role === 'to_v' ? 1 : 1e25)]),
    );
    await onKernels(describe, madeUp(describe, 8), inputs, threads, false).then(
      () => assert.unreachable('they went through'),
      (error) => assert.equal([error.code, error.argument], ['bad-picture', 'made up: block.attn1']),
    );
  });
}

test('two threads stop where a number is none, though one of them is in the next layer already', async () => {
  const shape = [1, 32, 4] as const;
  // Each layer is ten times the one before: rounds differ in where they overflow.
  const describe = (net: Layers): void => {
    let x = net.input('x', 'float32', shape);
    for (let layer = 0; layer < 40; layer++) x = net.scale(x, 10);
    net.output('y', x);
  };
  const { tensors, bytes } = madeUp(describe, 8);
  const threads = await nodeThreads({ threads: 2, form: 'words' });
  const network = { name: 'made up', describe, tensors };
  const stage = await openInt8Stage(network, weightsInMemory(bytes), threads, new AbortController().signal);
  for (let round = 0; round < 300; round++) {
    const data = new Float32Array(32 * 4).fill(10 ** (5 + (round % 30)));
    await stage.run({ x: { type: 'float32', shape, data } }).then(
      () => assert.unreachable(`round ${round}`),
      (error) => assert.is(error.code, 'bad-picture'),
    );
  }
  await stage.close();
});

test.run();
