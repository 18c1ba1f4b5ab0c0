/** The LoRAs that a picture was drawn with, looked for among those that are here: by name, or by hash under another name. */
import type { ChosenLora, ImageRequest } from '../api';
import { type LoraTag, loraTag, withoutLoraTags } from './loraTags';

/** One that is here. */
export interface LoraHere {
  readonly name: string;
  hash(): Promise<string>;
}

export interface FoundLoras<Asked> {
  /** With the names that they have here, and without those that are not. */
  readonly request: Asked;
  /** Those, by name and hash. */
  readonly missing: readonly string[];
}

type Asked = Partial<Pick<ImageRequest, 'prompt' | 'promptStyle' | 'loras'>>;

/** `hashes` are the picture's, by its names. What of `typed` is true stays as it is, whether it is here or not. */
export async function foundLoras<Some extends Asked>(
  request: Some,
  hashes: Readonly<Record<string, string>>,
  here: readonly LoraHere[],
  typed: { readonly prompt?: boolean; readonly loras?: boolean } = {},
): Promise<FoundLoras<Some>> {
  const { prompt = '', promptStyle = 'plain', loras } = request;
  const missing = new Set<string>();
  const found = async <One extends LoraTag | ChosenLora>(one: One): Promise<One[]> => {
    const name = await nameHere(one.name, hashes[one.name], here);
    if (name !== undefined) return [{ ...one, name }];
    missing.add([one.name, ...(hashes[one.name] ? [`(${hashes[one.name]})`] : [])].join(' '));
    return [];
  };
  const chosen = loras && !typed.loras ? (await Promise.all(loras.map(found))).flat() : loras;
  const words = promptStyle === 'a1111' && !typed.prompt ? await replacedTags(prompt, found) : prompt;
  const { loras: _, ...rest } = request;
  return {
    request: {
      ...rest,
      ...(request.prompt === undefined ? {} : { prompt: words }),
      ...(chosen?.length ? { loras: chosen } : {}),
    } as Some,
    missing: [...missing],
  };
}

/** Of one that has another's name here the hash tells. */
async function nameHere(
  name: string,
  hash: string | undefined,
  here: readonly LoraHere[],
): Promise<string | undefined> {
  const named = here.find((one) => one.name === name);
  if (hash === undefined || (named && same(await named.hash(), hash))) return named?.name;
  for (const one of here) if (same(await one.hash(), hash)) return one.name;
  return named?.name;
}

/** webui's own are as long as its version has them: 8 digits to 1.2, then 12. */
const same = (a: string, b: string): boolean => b.length >= 8 && a.startsWith(b.toLowerCase().slice(0, a.length));

async function replacedTags(prompt: string, found: (tag: LoraTag) => Promise<LoraTag[]>): Promise<string> {
  let text = prompt;
  for (const tag of withoutLoraTags(prompt).written) {
    const [here] = await found(tag.tag);
    if (!here) text = text.replace(tag.text, '');
    else if (here.name !== tag.tag.name) text = text.replace(tag.text, () => loraTag(here));
  }
  return text;
}
