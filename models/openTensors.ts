/**
 * The one way in for a file of weights that somebody hands over: what it is shows in its first bytes, not in its name.
 * Pickles are refused, since reading one runs whatever program it contains.
 */
import { withFloats } from './floatSource';
import { badModel, unsupportedModel } from './refuse';
import { openSafetensors, type Safetensors } from './safetensors';
import type { ByteSource } from './source';

/** Bytes that tell the formats apart. */
const PREFIX_BYTES = 16;

/** How a pickle is told off, also where only its name was seen. */
export const NO_PICKLES =
  'safetensors (pickled weights are refused: reading them runs the code they contain; look for the same model as ' +
  '.safetensors, or convert it once on a machine that may run it)';

/** Opens a safetensors file, its fp8 and F64 tensors widened. `bad-model` or `unsupported-model` says what else it is. */
export async function openTensors(source: ByteSource): Promise<Safetensors> {
  const prefix = await source.read(0, Math.min(PREFIX_BYTES, source.size));
  refuseOtherFormats(source.name, prefix);
  return withFloats(await openSafetensors(source));
}

function refuseOtherFormats(name: string, prefix: Uint8Array): void {
  const text = String.fromCharCode(...prefix);
  if (text.startsWith('PK\x03\x04')) throw badModel(name, NO_PICKLES, 'a zip archive, as torch.save writes');
  if (isPickle(prefix)) throw badModel(name, NO_PICKLES, 'a pickle');
  if (text.startsWith('GGUF')) {
    const expected = 'safetensors (quantized here, from the published weights; look for the model as .safetensors)';
    throw unsupportedModel(name, expected, 'a GGUF file');
  }
  if (text.startsWith('version https')) throw badModel(name, 'the model itself', 'a Git LFS pointer to it');
  if (/^\s*<(!doctype|html|\?xml)/i.test(text)) throw badModel(name, 'the model itself', 'a web page');
}

/** Protocols 2 to 5 begin with an opcode and their number. A safetensors header of such a length has `{` as byte 8. */
const isPickle = (prefix: Uint8Array): boolean =>
  prefix[0] === 0x80 && prefix[1]! >= 2 && prefix[1]! <= 5 && prefix[8] !== '{'.charCodeAt(0);
