/**
 * The one way in for a file of weights that somebody hands over: what it is shows in its first bytes, not in its name.
 * Pickles are refused, since reading one runs whatever program it contains.
 */
import { FIRST_BYTES, GGUF, PICKLE, strangerBy, ZIPPED_PICKLE } from './firstBytes';
import { withFloats } from './floatSource';
import { badModel, unsupportedModel } from './refuse';
import { openSafetensors, type Safetensors } from './safetensors';
import type { ByteSource } from './source';

/** How a pickle is told off, also where only its name was seen. */
export const NO_PICKLES =
  'safetensors (pickled weights are refused: reading them runs the code they contain; look for the same model as ' +
  '.safetensors, or convert it once on a machine that may run it)';

/** Opens a safetensors file, its fp8 and F64 tensors widened. `bad-model` or `unsupported-model` says what else it is. */
export async function openTensors(source: ByteSource): Promise<Safetensors> {
  const stranger = strangerBy(await source.read(0, Math.min(FIRST_BYTES, source.size)));
  if (stranger !== undefined) throw refusal(source.name, stranger);
  return withFloats(await openSafetensors(source));
}

function refusal(name: string, stranger: string): Error {
  if (stranger === PICKLE || stranger === ZIPPED_PICKLE) return badModel(name, NO_PICKLES, stranger);
  if (stranger !== GGUF) return badModel(name, 'a safetensors file', stranger);
  const expected = 'safetensors (quantized here, from the published weights; look for the model as .safetensors)';
  return unsupportedModel(name, expected, stranger);
}
