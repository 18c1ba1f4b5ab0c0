/** Edges, pixel for pixel OpenCV's. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fileSource } from '../../../models/folder.node';
import { openSafetensors } from '../../../models/safetensors';
import { readPng } from '../../../workers/cli/png';
import { cannyEdges } from '../../../workers/pictureFile/canny';
import { fromRoot } from '../../root';

const file = async (name: string) => openSafetensors(await fileSource(fromRoot(`spec/vectors/${name}.safetensors`)));
const [edges, pictures] = [await file('canny'), await file('fidelity')];

for (const key of edges.names()) {
  const [, name, low, high] = /^([^.]+)\.(\d+)\.([\d.]+)$/.exec(key)!;
  test(`the edges of ${name} above ${low} and ${high} are OpenCV's`, async () => {
    const picture = readPng(await pictures.read(name!));
    const { width, height, pixels } = cannyEdges(picture, { low: Number(low), high: Number(high) });
    assert.equal([width, height], [picture.width, picture.height]);
    const bits = await edges.read(key);
    for (let i = 0; i < pixels.length; i++) {
      const bit = (bits[Math.floor(i / 3) >> 3]! >> (7 - (Math.floor(i / 3) & 7))) & 1;
      assert.is(pixels[i], 255 * bit, `pixel ${Math.floor(i / 3)}`);
    }
  });
}

test('a plain picture has none, and one of one pixel none either', () => {
  const plain = { width: 5, height: 4, pixels: new Uint8Array(60).fill(128) };
  assert.equal(cannyEdges(plain).pixels, new Uint8Array(60));
  assert.equal(cannyEdges({ width: 1, height: 1, pixels: Uint8Array.of(1, 2, 3) }).pixels, new Uint8Array(3));
});

test.run();
