/** Whether a prompt is several, before it is read. */
import type { ImageRequest } from './api';
import { withoutLoraTags } from './pictureFile/loraTags';
import { composedIn, isComposition } from './text/composition';

/** Whether it is joined by AND, or has a weight as a whole: each step then has a pass for each part, and one for the negative prompt. */
export const isComposed = ({
  prompt = '',
  promptStyle,
}: Partial<Pick<ImageRequest, 'prompt' | 'promptStyle'>>): boolean =>
  promptStyle === 'a1111' && isComposition(composedIn(withoutLoraTags(prompt).text));
