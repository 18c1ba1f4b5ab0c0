/** The LoRAs that a picture was drawn with, looked for among those that are here: by name, or by hash under another name. */
import type { ChosenLora, ImageRequest } from '../api';
import { type LoraTag, loraTag, withoutLoraTags } from './loraTags';

/** One that is here. */
export interface LoraHere {
  readonly name: string;
  /** Asked for only where its name does not tell, and once; `undefined` where it cannot be read. */
  hash(): Promise<string | undefined>;
}

export interface FoundLoras<Asked> {
  /** With the names that they have here, and without those that are not. */
  readonly request: Asked;
  /** Those, by name and hash. */
  readonly missing: readonly string[];
  /** Those that have a picture's name here, and other bytes, which nobody here has; they are taken. */
  readonly others: readonly { readonly name: string; readonly expected: string; readonly got: string }[];
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
  const others = new Map<string, FoundLoras<Some>['others'][number]>();
  const once = here.map((one) => ({ ...one, hash: asOnce(one.hash) }));
  const found = async <One extends LoraTag | ChosenLora>(one: One): Promise<One[]> => {
    const expected = hashes[one.name];
    const { name, got } = await nameHere(one.name, expected, once);
    if (expected !== undefined && got !== undefined) others.set(one.name, { name: one.name, expected, got });
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
    others: [...others.values()],
  };
}

function asOnce<T>(work: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= work();
    return answer;
  };
}

interface Here {
  readonly name?: string;
  /** Its hash, where that is not the one that was asked for. */
  readonly got?: string;
}

/** Of one that has another's name here the hash tells. */
async function nameHere(name: string, hash: string | undefined, here: readonly LoraHere[]): Promise<Here> {
  const named = here.find((one) => one.name === name);
  if (hash === undefined) return named ? { name } : {};
  const got = await named?.hash();
  if (got !== undefined && same(got, hash)) return { name };
  for (const one of here) {
    const its = one === named ? got : await one.hash();
    if (its !== undefined && same(its, hash)) return { name: one.name };
  }
  return named ? { name, ...(got === undefined ? {} : { got }) } : {};
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
