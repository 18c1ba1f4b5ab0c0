/** The LoRAs that a request names, found among those that are here. */
import { CodedError } from '../models/errors';
import type { LoraChoice } from '../models/lora/changes';
import type { ByteSource } from '../models/source';
import type { ChosenLora, ImageRequest } from './api';
import { withoutLoraTags } from './pictureFile/loraTags';
import { unknownName } from './unknownName';

/** LoRAs by their names. */
export interface LoraShelf {
  names(): Promise<readonly string[]>;
  /** `undefined` where there is none of this name. */
  open(name: string): Promise<ByteSource | undefined>;
}

export type AskedLoras = Pick<ImageRequest, 'prompt' | 'promptStyle' | 'loras'>;

/** Those of the request, then those that its prompt names. */
export function lorasIn({ prompt, promptStyle = 'plain', loras = [] }: AskedLoras): ChosenLora[] {
  return promptStyle === 'plain' ? [...loras] : [...loras, ...withoutLoraTags(prompt).written.map(({ tag }) => tag)];
}

/** A choice, and the name that it was found by. */
export interface NamedChoice extends LoraChoice {
  readonly name: string;
}

/**
 * Them with their files. `bad-argument` for a name that nobody has, with those that are like it: webui draws without it and says
 * so afterwards, but that is not the picture that was asked for, and its minutes are better spent otherwise.
 */
export async function openedLoras(request: AskedLoras, shelf: LoraShelf): Promise<NamedChoice[]> {
  const loras = lorasIn(request);
  for (const each of loras) checkLora(each);
  return Promise.all(
    loras.map(async (chosen) => {
      const source = await shelf.open(chosen.name);
      if (!source) throw unknownName('loras', chosen.name, 'a LoRA', await shelf.names());
      return { ...chosen, source };
    }),
  );
}

/** Beyond it no LoRA is anything but noise. */
const MOST_WEIGHT = 10;

function checkLora({ name, weight, textEncoderWeight = weight }: ChosenLora): void {
  const refuse = (argument: string, expected: string, got: string): never => {
    throw new CodedError('bad-argument', { argument, expected, got });
  };
  if (typeof name !== 'string' || name.trim() === '') refuse('loras', 'a name for each', 'an empty one');
  for (const each of [weight, textEncoderWeight])
    if (!(Math.abs(each) <= MOST_WEIGHT))
      refuse(`loras: ${name}`, `a weight from -${MOST_WEIGHT} to ${MOST_WEIGHT}`, `${each}`);
}
