/**
 * LoRAs named in a prompt, as stable-diffusion-webui reads them (its modules/extra_networks.py and
 * extensions-builtin/Lora/extra_networks_lora.py, 1.10): `<lora:name>`, `<lora:name:weight>`,
 * `<lora:name:text encoder's weight:UNet's>`, and `te=` or `unet=` in place of these two.
 */
import { CodedError } from '../../models/errors';

export interface LoraTag {
  readonly name: string;
  readonly weight: number;
  readonly textEncoderWeight?: number;
}

/** All that is written like a network of any kind is taken out of the text there; what no word of ours begins is left as it is. */
const TAG = /<(?:lora|lyco):([^>]+)>/g;

export interface Untagged {
  readonly text: string;
  /** Each as it is written, and as it is meant. */
  readonly written: readonly { readonly text: string; readonly tag: LoraTag }[];
}

/** `prompt` without its tags. `bad-argument` for a weight that is no number. */
export function withoutLoraTags(prompt: string): Untagged {
  const written = [...prompt.matchAll(TAG)].map(([text, inside]) => ({ text, tag: readTag(text, inside!) }));
  return { text: prompt.replace(TAG, ''), written };
}

/** A tag that says the same; a name loses what would end it. */
export function loraTag({ name, weight, textEncoderWeight }: LoraTag): string {
  const weights = textEncoderWeight === undefined ? `${weight}` : `${textEncoderWeight}:${weight}`;
  return `<lora:${name.replace(/[<>:]/g, '')}:${weights}>`;
}

function readTag(tag: string, inside: string): LoraTag {
  const items = inside.split(':');
  const [name = '', textEncoder, unet] = items.filter((item) => item.split('=').length !== 2);
  const named = new Map(
    items.map((item) => item.split('=')).filter(({ length }) => length === 2) as [string, string][],
  );
  const te = numberOf(tag, named.get('te') ?? textEncoder) ?? 1;
  const weight = numberOf(tag, named.get('unet') ?? unet) ?? te;
  return { name, weight, ...(te === weight ? {} : { textEncoderWeight: te }) };
}

function numberOf(tag: string, word: string | undefined): number | undefined {
  if (word === undefined) return undefined;
  const value = word.trim() === '' ? Number.NaN : Number(word);
  if (Number.isFinite(value)) return value;
  throw new CodedError('bad-argument', { argument: `prompt: ${tag}`, expected: 'numbers for weights', got: word });
}
