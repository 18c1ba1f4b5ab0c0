/** Frames of the bridge's vectors: sound ones with what they mean, broken ones with the rule of PROTOCOL.md they break. */
import { encodeFrame } from '../../workers/backend/bridge/frame';
import { frameVector, type TensorVector, tensorVector } from './vector';

export interface FrameVector {
  readonly sentence: string;
  readonly base64: string;
  /** Of a sound frame. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly tensors?: Readonly<Record<string, TensorVector>>;
  /** Of a broken one. */
  readonly error?: 'bad-frame';
}

/** A frame with this text for a header and `dataBytes` bytes 0, 1, 2, … behind it; `length` is what it says of the header's. */
function raw(header: unknown, dataBytes = 0, length?: bigint): Uint8Array {
  const text = header instanceof Uint8Array ? header : new TextEncoder().encode(asText(header));
  const file = new Uint8Array(8 + text.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  file.set(text, 8);
  for (let i = 0; i < dataBytes; i++) file[8 + text.length + i] = i;
  return file;
}

const asText = (header: unknown): string => (typeof header === 'string' ? header : JSON.stringify(header));

const M = { __metadata__: { type: 'status' } };
const entry = (
  begin: unknown,
  end: unknown,
  dtype: unknown = 'U8',
  shape: unknown = [Number(end) - Number(begin)],
) => ({
  ...{ dtype, shape, data_offsets: [begin, end] },
});
const withA = (a: unknown) => ({ ...M, a });

const SOUND: readonly (readonly [sentence: string, bytes: Uint8Array])[] = [
  ['metadata alone', new Uint8Array(encodeFrame({ type: 'status', protocol: '1', call: '1' }))],
  [
    'every dtype; bytes come last',
    new Uint8Array(
      encodeFrame(
        { type: 'run', protocol: '1', call: '7', session: '1' },
        {
          text: tensorVector.bytes('{}'),
          ids: tensorVector.ints([2, 2], [0, 1, -1, 2147483647]),
          sample: tensorVector.floats([1, 3], [0, -1.5, 3.4028234663852886e38]),
        },
      ),
    ),
  ],
  ['a scalar and an empty tensor', raw({ ...M, s: entry(0, 4, 'F32', []), none: entry(4, 4, 'I32', [0, 7]) }, 4)],
  ['words of all alphabets', raw({ __metadata__: { type: 'error', got: '“é 漢字 🍎\u0000”' } })],
  ['escapes', raw('{"__metadata__":{"ty\\u0070e":"a\\/b\\n\\ud83c\\udf4e"}}')],
  [
    'a name out of the prototype',
    raw('{"__metadata__":{"type":"run"},"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1),
  ],
  ['entries in another order than their bytes', raw({ ...M, late: entry(3, 4), early: entry(0, 3) }, 4)],
  [
    'floats that do not begin at a multiple of four',
    raw(JSON.stringify({ ...M, a: entry(0, 1), b: entry(1, 5, 'F32', [1]) }).padEnd(256), 5),
  ],
  ['spaces around the header’s parts', raw('{ "__metadata__" : { "type" : "status" } }   ')],
  [
    'numbers that say an integer in other ways',
    raw('{"__metadata__":{"type":"run"},"a":{"dtype":"U8","shape":[1e0,2.0],"data_offsets":[0,20E-1]}}', 2),
  ],
  ['entries that nobody knows', raw({ ...M, a: { ...entry(0, 1), also: ['this', { and: null }, true] } }, 1)],
];

const BROKEN: readonly (readonly [sentence: string, bytes: Uint8Array])[] = [
  ['nothing', new Uint8Array(0)],
  ['seven bytes', new Uint8Array(7)],
  ['a header of 2^60 bytes', raw(M, 0, 2n ** 60n)],
  ['a header of 2^63 bytes', raw(M, 0, 2n ** 63n)],
  ['a header of 2^64 - 1 bytes', raw(M, 0, 2n ** 64n - 1n)],
  ['a header that ends behind the frame', raw(M, 0, BigInt(JSON.stringify(M).length + 1))],
  ['a header of 65,537 bytes', raw(JSON.stringify(M).padEnd(65_537))],
  ['a header of no bytes', raw('')],
  ['no JSON', raw('{"__metadata__":')],
  ['JSON and more', raw('{"__metadata__":{"type":"a"}}}')],
  ['a list', raw('[1]')],
  ['a header that begins with a space', raw(` ${JSON.stringify(M)}`)],
  ['a header that begins with a byte order mark', raw(`\ufeff${JSON.stringify(M)}`)],
  [
    'bytes that are no UTF-8',
    raw(Uint8Array.from([...new TextEncoder().encode('{"__metadata__":{"type":"'), 0xff, 0x22, 0x7d, 0x7d])),
  ],
  [
    'a surrogate in UTF-8',
    raw(
      Uint8Array.from([...new TextEncoder().encode('{"__metadata__":{"type":"'), 0xed, 0xa0, 0x80, 0x22, 0x7d, 0x7d]),
    ),
  ],
  ['a line break in a string', raw('{"__metadata__":{"type":"a\nb"}}')],
  ['an escape that JSON does not have', raw('{"__metadata__":{"type":"\\x41"}}')],
  [
    'a number with a leading zero',
    raw('{"__metadata__":{"type":"a"},"a":{"dtype":"U8","shape":[01],"data_offsets":[0,1]}}', 1),
  ],
  ['a comma too many', raw('{"__metadata__":{"type":"a",}}')],
  ['no metadata', raw({ a: entry(0, 1) }, 1)],
  ['empty metadata', raw({ __metadata__: {} })],
  ['metadata that is a list', raw({ __metadata__: ['type'] })],
  ['metadata with a number', raw({ __metadata__: { type: 'run', call: 1 } })],
  [
    'a name twice',
    raw(
      '{"__metadata__":{"type":"a"},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}',
      1,
    ),
  ],
  ['metadata twice', raw('{"__metadata__":{"type":"a"},"__metadata__":{"type":"a"}}')],
  ['an entry that is no object', raw(withA(null))],
  ['an entry that is a list', raw(withA([]))],
  ['half floats', raw(withA(entry(0, 2, 'F16', [1])), 2)],
  ['a dtype that nobody knows', raw(withA(entry(0, 1, 'F7')), 1)],
  ['a dtype that is no string', raw(withA(entry(0, 1, 8)), 1)],
  ['a shape that is no list', raw(withA(entry(0, 1, 'U8', 1)), 1)],
  ['a negative size', raw(withA(entry(0, 1, 'U8', [-1, -1])), 1)],
  ['a size that is no integer', raw(withA(entry(0, 1, 'U8', [0.5, 2])), 1)],
  ['a size in a string', raw(withA(entry(0, 1, 'U8', ['1'])), 1)],
  ['a product beyond 2^53', raw(withA(entry(0, 1, 'U8', [2 ** 52, 2 ** 52])), 1)],
  [
    'a product that wraps around 2^64 to the right number',
    raw(withA(entry(0, 4, 'U8', [4, 2147549185, 2147418113])), 4),
  ],
  ['one offset', raw(withA({ dtype: 'U8', shape: [1], data_offsets: [0] }), 1)],
  ['an end before its begin', raw(withA(entry(1, 0, 'U8', [0])), 1)],
  ['a negative begin', raw(withA(entry(-1, 1, 'U8', [2])), 1)],
  ['an end beyond 2^53', raw(withA(entry(0, 2 ** 53, 'U8', [2 ** 53])), 1)],
  ['an end beyond the frame', raw(withA(entry(0, 2)), 1)],
  ['bytes that do not fit the shape', raw(withA(entry(0, 8, 'F32', [3])), 8)],
  ['an overlap', raw({ ...M, a: entry(0, 3), b: entry(2, 4) }, 4)],
  ['the same bytes twice', raw({ ...M, a: entry(0, 4), b: entry(0, 4) }, 4)],
  ['a hole', raw({ ...M, a: entry(0, 1), b: entry(2, 4) }, 4)],
  ['data before the first tensor', raw(withA(entry(1, 2)), 2)],
  ['data behind the last tensor', raw(withA(entry(0, 1)), 2)],
  [
    '65 tensors',
    raw({ ...M, ...Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`t${i}`, entry(i, i + 1)])) }, 65),
  ],
];

export const frameVectors = (): FrameVector[] => [
  ...SOUND.map(([sentence, bytes]) => ({ sentence, ...frameVector(bytes) })),
  ...BROKEN.map(([sentence, bytes]) => ({
    sentence,
    base64: Buffer.from(bytes).toString('base64'),
    error: 'bad-frame' as const,
  })),
];
