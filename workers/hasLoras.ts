/** Whether a request names LoRAs, told before what reads them is fetched. */
import type { ImageRequest } from './api';

/** A tag counts where it may be one; `lorasIn` (loras.ts) tells for certain. */
export const hasLoras = ({
  loras = [],
  prompt,
  promptStyle,
}: Pick<ImageRequest, 'loras' | 'prompt' | 'promptStyle'>): boolean =>
  loras.length > 0 || (promptStyle === 'a1111' && /<(lora|lyco):/.test(prompt));
