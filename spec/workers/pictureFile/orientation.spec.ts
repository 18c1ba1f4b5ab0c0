/** EXIF and XMP that say which side is up, the former in either order of bytes; and what says nothing. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { orientationIn, orientationOf, turned } from '../../../workers/pictureFile/orientation';

/** A TIFF header and a directory of a width and an orientation; type 3 is short, 4 long. */
function exif(value: number, little: boolean, prefix = '', { tag: own = 0x0112, type = 3 } = {}): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 + 2 + 2 * 12 + 4));
  view.setUint16(0, little ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, little);
  view.setUint32(4, 8, little);
  view.setUint16(8, 2, little);
  for (const [i, [tag, number]] of [[0x0100, 640] as const, [own, value] as const].entries()) {
    view.setUint16(10 + 12 * i, tag, little);
    view.setUint16(12 + 12 * i, type, little);
    view.setUint32(14 + 12 * i, 1, little);
    if (type === 4) view.setUint32(18 + 12 * i, number, little);
    else view.setUint16(18 + 12 * i, number, little);
  }
  return Uint8Array.from([...new TextEncoder().encode(prefix), ...new Uint8Array(view.buffer)]);
}

test('either order of bytes is read, behind the prefix of a JPEG file or without it; what is no orientation is upright', () => {
  for (const little of [true, false])
    for (const prefix of ['', 'Exif\0\0'])
      for (const [value, read] of [
        [1, 1],
        [6, 6],
        [8, 8],
        [0, 1],
        [9, 1],
      ] as const)
        assert.is(orientationIn(exif(value, little, prefix)), read, `${little} ${prefix} ${value}`);
});

test('XMP counts where EXIF says nothing: as an attribute or an element, the first of two; what it says besides is no orientation', () => {
  const silent = exif(6, true, '', { tag: 0x0113 });
  for (const [xmp, read] of [
    ['<rdf:Description tiff:Orientation="6"/>', 6],
    ['<tiff:Orientation>8</tiff:Orientation>', 8],
    ['<tiff:Orientation>3</tiff:Orientation> tiff:Orientation="5"', 3],
    ['tiff:Orientation="0"', 1],
    ['tiff:Orientation="9"', 1],
    ['tiff:orientation="6"', 1],
    ['tiff:Orientation=6', 1],
    ['', 1],
  ] as const) {
    assert.is(orientationOf({ xmp }), read, xmp);
    assert.is(orientationOf({ exif: silent, xmp }), read, `${xmp}, EXIF without the tag`);
    assert.is(orientationOf({ exif: new Uint8Array(3), xmp }), read, `${xmp}, and no EXIF at all`);
    // Pillow takes any value of the tag for an answer.
    assert.is(orientationOf({ exif: exif(5, false), xmp }), 5);
    assert.is(orientationOf({ exif: exif(9, false), xmp }), 1);
  }
  assert.is(orientationOf({}), 1);
  assert.is(orientationOf({ exif: exif(7, true, '', { type: 4 }) }), 7);
});

test('data that are cut off or bent are some orientation, and never anything else', () => {
  const sound = exif(6, true);
  for (let length = 0; length < sound.length - 10; length++)
    assert.is(orientationIn(sound.subarray(0, length)), undefined);
  for (let bit = 0; bit < 8 * sound.length; bit++) {
    const bent = Uint8Array.from(sound);
    bent[bit >> 3]! ^= 1 << (bit & 7);
    const read = orientationIn(bent) ?? 1;
    assert.ok(Number.isInteger(read) && read >= 1 && read <= 8, `${bit}: ${read}`);
  }
});

test('turned, and turned by what undoes it, a picture is itself', () => {
  const image = { width: 3, height: 2, pixels: Uint8Array.from({ length: 18 }, (_, i) => i) };
  // Quarter turns undo each other; all else undoes itself.
  for (const [one, other] of [1, 2, 3, 4, 5, 8, 7, 6].entries())
    assert.equal(turned(turned(image, one + 1), other), image, `${one + 1}`);
});

test.run();
