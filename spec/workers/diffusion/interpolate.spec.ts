/** Latents brought to another size, against torch. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fileSource } from '../../../models/folder.node';
import { openSafetensors } from '../../../models/safetensors';
import { type Interpolation, interpolated } from '../../../workers/diffusion/interpolate';
import { uniform } from '../../models/randomModel';
import { fromRoot } from '../../root';

const vectors = await openSafetensors(await fileSource(fromRoot('spec/vectors/interpolation.safetensors')));

test("every way of interpolating gives torch's numbers, up and down, odd sizes and even", async () => {
  const names = vectors.names();
  assert.is(names.length, 18);
  for (const name of names) {
    const [how, from] = name.split(' ') as [Interpolation, string];
    const [rows, columns] = from.split('x').map(Number) as [number, number];
    const data = uniform(`latents ${from}`, 2 * rows * columns, 4, 0);
    const [, , height, width] = vectors.info(name)!.shape as [number, number, number, number];
    const got = interpolated({ shape: [1, 2, rows, columns], data }, { height, width }, how);
    assert.equal(got.shape, [1, 2, height, width]);
    const bytes = await vectors.read(name);
    const expected = new Float32Array(Uint8Array.from(bytes).buffer);
    const worst = Math.max(...expected.map((value, i) => Math.abs(value - got.data[i]!)));
    // Values reach 2; a float's last bit there is 2.4e-7.
    assert.ok(worst < 2e-6, `${name}: ${worst}`);
  }
});

test('latents of their size are themselves', () => {
  const latents = { shape: [1, 1, 3, 4] as const, data: Float32Array.from({ length: 12 }, (_, i) => i * i) };
  for (const how of [
    ...(['bilinear', 'bilinear-antialiased', 'bicubic', 'bicubic-antialiased'] as const),
    ...(['nearest', 'nearest-exact'] as const),
  ])
    assert.equal(interpolated(latents, { height: 3, width: 4 }, how), latents, how);
});

test.run();
