/** A tiny VAE in the settings out of a picture file: what the page does of it, and what it says that it does not. */
import type { ImageRequest } from '../workers/api';

type TinyVae = NonNullable<ImageRequest['tinyVae']>;

/** Here a tiny VAE decodes; a picture to begin from is encoded by the model's own. */
export const decodesTiny = (said: TinyVae | undefined): boolean => said !== undefined && said.use !== 'encoding';

/** What of `said` is not drawn with, as `name: value`, where `decoding` is what decodes: a file that was chosen, or where none was nothing. */
export function tinyVaeLeftOut(said: TinyVae | undefined, decoding: TinyVae['file'] | undefined): string[] {
  if (!said) return [];
  const { file, use = 'decoding' } = said;
  const name = file === 'demo' ? 'demo' : file.path.replace(/^.*[/\\]/, '');
  const left = (['decoding', 'encoding'] as const).filter(
    (one) => (use === one || use === 'both') && (one === 'encoding' || decoding !== file),
  );
  return left.map((one) => `tiny VAE: ${name}, ${one}`);
}
