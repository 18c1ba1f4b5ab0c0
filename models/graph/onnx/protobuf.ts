/**
 * Writing protocol buffers (protobuf.dev, "Encoding"), as much as ONNX needs: varints, fixed 32-bit floats, and
 * length-delimited bytes. A message is the concatenation of its fields.
 */

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** The bytes of a message with these fields, in this order. */
export function message(...fields: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const field of fields) length += field.length;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const field of fields) {
    bytes.set(field, at);
    at += field.length;
  }
  return bytes;
}

/** An int64 or enum; safe integers only. */
export const intField = (number: number, value: number): Uint8Array =>
  Uint8Array.from([...varint(number * 8 + VARINT), ...varint(value)]);

/** A repeated int64, one field each, as proto2 writes it. */
export const intFields = (number: number, values: readonly number[]): Uint8Array =>
  message(...values.map((value) => intField(number, value)));

export function floatField(number: number, value: number): Uint8Array {
  const bits = new Uint8Array(4);
  new DataView(bits.buffer).setFloat32(0, value, true);
  return message(Uint8Array.from(varint(number * 8 + FIXED32)), bits);
}

/** Bytes, or a message within the message. */
export const bytesField = (number: number, bytes: Uint8Array): Uint8Array =>
  message(Uint8Array.from([...varint(number * 8 + LENGTH_DELIMITED), ...varint(bytes.length)]), bytes);

export const stringField = (number: number, text: string): Uint8Array =>
  bytesField(number, new TextEncoder().encode(text));

/** Seven bits a byte, lowest first; a negative int64 is its two's complement. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return bytes;
}
