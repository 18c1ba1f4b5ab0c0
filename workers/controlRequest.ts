/** What may be asked of ControlNets; `checkRequest` says the rest. */
import type { ImageRequest } from './api';
import { bad, finite, part, picture } from './ranges';

const MOST_WEIGHT = 10;
/** Beyond what any picture has (pictureFile/canny.ts). */
const MOST_SLOPE = 1e6;

/** Throws `bad-argument`. */
export function checkControls({ controls, controlGuess }: ImageRequest): void {
  if (!controls) {
    if (controlGuess) throw bad('controls', 'one at least where controlGuess is given', 'none');
    return;
  }
  if (controls.length === 0) throw bad('controls', 'one at least', '0');
  for (const { name, image, preprocess, weight = 1, ...when } of controls) {
    const of = (what: string): string => `controls: ${name}: ${what}`;
    finite(of('weight'), weight, 0, MOST_WEIGHT);
    part(of, when);
    if (preprocess?.type === 'canny') {
      finite(of('low'), preprocess.low, 0, preprocess.high);
      finite(of('high'), preprocess.high, 0, MOST_SLOPE);
    }
    picture(of('image'), image);
  }
}
