import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ldmUNetNames, ldmVaeName } from '../../../models/singleFile/ldmNames';
import { pairsOf } from './smallModel';

for (const [model, layersPerBlock] of [
  ['full', 2],
  ['other', 1],
] as const) {
  const pairs = pairsOf(model);

  test(`${model}: every tensor of the UNet is found where diffusers' conversion takes it from`, () => {
    const prefix = 'model.diffusion_model.';
    const unet = pairs.filter(({ ldm }) => ldm.startsWith(prefix));
    const there = new Set(unet.map(({ ldm }) => ldm.slice(prefix.length)));
    assert.ok(unet.length > 200, `${unet.length}`);
    for (const { ldm, published } of unet) {
      const found = ldmUNetNames(published, layersPerBlock).find((name) => there.has(name));
      assert.is(found, ldm.slice(prefix.length), published);
    }
  });

  test(`${model}: and every tensor of the VAE`, () => {
    const prefix = 'first_stage_model.';
    const vae = pairs.filter(({ ldm }) => ldm.startsWith(prefix));
    assert.ok(vae.length > 100, `${vae.length}`);
    for (const { ldm, published } of vae) assert.is(ldmVaeName(published, 4), ldm.slice(prefix.length), published);
  });
}

test.run();
