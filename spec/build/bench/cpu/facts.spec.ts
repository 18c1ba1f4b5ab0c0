/** Peers against one another, now and when they were measured first. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { peersAgainstFacts } from '../../../../build/bench/cpu/facts';

const times = (seconds: Readonly<Record<string, number>>) =>
  new Map(Object.entries(seconds).map(([peer, each]) => [peer, new Map([['unet-256', 1000 * each]])]));

const AS_THEN = { sdcpp: 1.9, torch_bf16: 0.55, openvino: 0.25, ortweb: 1.34, litert: 0.83 };

test('a machine half as fast in everything has peers as they were', () => {
  const found = peersAgainstFacts(times(Object.fromEntries(Object.entries(AS_THEN).map(([peer, s]) => [peer, 2 * s]))));
  assert.is(found.length, 5);
  for (const { drift, asBefore } of found) assert.ok(asBefore && Math.abs(drift - 1) < 1e-9, `${drift}`);
});

test('one that is half as fast alone stands out, and no other does', () => {
  const found = peersAgainstFacts(times({ ...AS_THEN, litert: 1.66 }));
  assert.equal(
    found.filter(({ asBefore }) => !asBefore).map(({ peer, drift }) => [peer, Number(drift.toFixed(6))]),
    [['litert', 2]],
  );
});

test('a peer by itself has nothing to be held against', () => {
  assert.equal(peersAgainstFacts(times({ sdcpp: 1.9 })), []);
});

test.run();
