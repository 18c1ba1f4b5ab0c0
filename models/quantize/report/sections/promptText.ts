import type { Markup } from '../markup';
import { html } from '../markup';

/** A prompt in a table or a caption; the empty one is said to be. */
export const promptText = (prompt: string): Markup => (prompt.trim() === '' ? html`<em>(empty)</em>` : html`${prompt}`);
