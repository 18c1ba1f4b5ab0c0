/** What tells networks apart that take different memory. Manifests are read anew for each question, so it is their contents that count. */
import type { ModelDescription } from '../../models/sd15';
import type { StageNetwork } from '../../models/stage';

/** The same for networks that are laid out alike; short. */
export const networkKey = ({ description, stage, size, tensors }: StageNetwork): string =>
  [numberOf(tensors), descriptionKey(description), stage, JSON.stringify(size)].join(' ');

/** Numbers given to contents, by the objects that have them and as JSON. */
const byObject = new WeakMap<object, number>();
const byContent = new Map<string, number>();
let count = 0;

function numberOf(content: object, asText: (content: object) => string | undefined = JSON.stringify): number {
  const known = byObject.get(content);
  if (known !== undefined) return known;
  const text = asText(content);
  const number = (text === undefined ? undefined : byContent.get(text)) ?? count++;
  byObject.set(content, number);
  if (text !== undefined) byContent.set(text, number);
  return number;
}

/** What stands in for a VAE is code, of which no text says all: each is its own. */
function descriptionKey({ standIn, ...written }: ModelDescription): string {
  return `${numberOf(written)} ${standIn ? numberOf(standIn, () => undefined) : ''}`;
}
