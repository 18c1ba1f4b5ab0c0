/** One call for both passes of a guided step only where it is faster and fits. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SD15 } from '../../../build/bench/sd15Checkpoint';
import { parametersOf } from '../../../models/graph/parameters';
import type { Manifest } from '../../../models/manifest';
import { packedBytes, planTensors } from '../../../models/pack';
import type { StageName } from '../../../models/stage';
import type { ImageRequest } from '../../../workers/api';
import { withGuidanceFor } from '../../../workers/memory/guidanceFor';
import { DEFAULTS } from '../../../workers/request';

const GIB = 1024 ** 3;
const ROOMY = { heapBytes: 4 * GIB };

/** What the plan reads of a manifest. */
function manifest(): Manifest {
  const stage = (name: StageName) => {
    const tensors = planTensors(parametersOf(SD15, name), () => 'F16', 'int8');
    return { tensors, bytes: packedBytes(tensors) };
  };
  const names = ['text_encoder', 'unet', 'vae_decoder'] as const;
  const stages = Object.fromEntries(names.map((name) => [name, stage(name)]));
  return { description: SD15, stages } as unknown as Manifest;
}
const fullSize = manifest();
const asked = (side: number, guidance: ImageRequest['guidance'] = 'auto'): ImageRequest => ({
  ...DEFAULTS,
  ...{ prompt: 'a cat', seed: 1, width: side, height: side, guidance },
});

test('a small picture from many weights gets one call; a large one, or one there is no room for, two', () => {
  assert.is(withGuidanceFor(fullSize, asked(256), ROOMY).guidance, 'one-call');
  assert.is(withGuidanceFor(fullSize, asked(512), ROOMY).guidance, 'two-calls');
  assert.is(withGuidanceFor(fullSize, asked(256), { heapBytes: GIB }).guidance, 'two-calls');
});

test('what was asked for is what is done, and nothing else of the request changes', () => {
  for (const guidance of ['one-call', 'two-calls'] as const) {
    assert.equal(withGuidanceFor(fullSize, asked(256, guidance), { heapBytes: 0 }), asked(256, guidance));
  }
  assert.equal(withGuidanceFor(fullSize, asked(256), ROOMY), asked(256, 'one-call'));
});

test('weights that are widened once and for all gain nothing', () => {
  const small = { ...fullSize, stages: { ...fullSize.stages, unet: { ...fullSize.stages.unet, bytes: 14e6 } } };
  assert.is(withGuidanceFor(small, asked(256), ROOMY).guidance, 'two-calls');
});

test.run();
