/** ControlNets for inpainting: what they see, and what they cannot do without. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hashedControlNet } from '../../build/fidelityControl';
import { openDiffusersFolder } from '../../models/checkpoint';
import { diskFolder } from '../../models/folder.node';
import { planModel } from '../../models/planModel';
import type { ImageRequest } from '../../workers/api';
import { nodeInt8Backend } from '../../workers/backend/int8/int8.node';
import { nodeWasmBackend } from '../../workers/backend/ort.node';
import { conditionsOf, maskedConditions } from '../../workers/conditions';
import { controlManifest, controlModel } from '../../workers/controlModel';
import { checkpointModel } from '../../workers/model.checkpoint';
import { textToImage } from '../../workers/pipeline';
import { fromRoot } from '../root';
import { wavePicture } from './pictureFile/wavePicture';

const SIZE = { width: 64, height: 56 };
const image = { ...SIZE, pixels: wavePicture(64, 56) };
/** The right half; 127 is not yet drawn anew. */
const maskImage = { ...SIZE, pixels: Uint8Array.from({ length: 64 * 56 }, (_, i) => (i % 64 < 32 ? 127 : 128)) };

test('they see -1 in every channel, and of every pass, where the mask says anew, and else their picture', () => {
  const plain = conditionsOf(image, SIZE, 2);
  const { shape, data } = maskedConditions(plain, maskImage);
  assert.equal(shape, [2, 3, 56, 64]);
  for (const [i, value] of (data as Float32Array).entries()) assert.is(value, i % 64 < 32 ? plain.data[i] : -1, `${i}`);
});

const demo = await openDiffusersFolder(await diskFolder(fromRoot('models/demo/model')));
const control = hashedControlNet(demo, 'control-inpaint');

async function lastOf(form: 'exact' | 'int8', more: Partial<ImageRequest>) {
  const manifest = planModel(demo, form);
  const parts = {
    ...{
      model: checkpointModel(demo, manifest),
      controls: [controlModel(control, controlManifest(manifest, control))],
    },
    backend: form === 'int8' ? await nodeInt8Backend() : nodeWasmBackend(),
  };
  const request: ImageRequest = {
    ...{ prompt: 'an owl', negativePrompt: '', seed: 1, steps: 3, guidanceScale: 3, scheduler: 'euler', ...SIZE },
    ...{ numImages: 1, memory: 'auto', guidance: 'two-calls', controls: [{ name: 'inpaint', image }], ...more },
  };
  let picture: Uint8Array | undefined;
  for await (const event of textToImage(request, parts, new AbortController().signal)) {
    if (event.type === 'failed') return event.message;
    if (event.type === 'image') picture = event.picture.pixels;
  }
  return picture!;
}

test('without a mask they are refused; on our own kernels it is nearly the same picture', async () => {
  assert.match(
    `${await lastOf('exact', {})}`,
    /^bad-argument: controls: inpaint: maskImage: expected a mask, .*, got none$/,
  );
  const drawn = async (form: 'exact' | 'int8', more: Partial<ImageRequest> = {}): Promise<Uint8Array> =>
    (await lastOf(form, { initImage: image, maskImage, strength: 1, ...more })) as Uint8Array;
  const [exact, quick] = [await drawn('exact'), await drawn('int8')];
  const plain = await drawn('int8', { controls: [{ name: 'inpaint', image, weight: 0 }] });
  const apart = (a: Uint8Array, b: Uint8Array): number => a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0);
  assert.ok(apart(exact, quick) < 0.3 * apart(quick, plain), `${apart(exact, quick)} and ${apart(quick, plain)}`);
});

test.run();
