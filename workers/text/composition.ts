/**
 * Prompts that are asked for together, joined by the word AND, each with a weight behind a colon or 1: Composable Diffusion (Liu et al.
 * 2022, arXiv 2206.01714, eq. 11) as stable-diffusion-webui reads it (its prompt_parser.py, `get_multicond_prompt_list`, 1.10). A prompt
 * alone may have such a weight, too.
 */

export interface Composed {
  readonly text: string;
  readonly weight: number;
}

const AND = /(?<![\p{L}\p{N}_])AND(?![\p{L}\p{N}_])/u;
const WEIGHT = /^([\s\S]*?)(?:\s*:\s*([-+]?(?:\d+\.?|\d*\.\d+)))?\s*$/;

/** In the order in which they are written, one at least. */
export const composedIn = (prompt: string): [Composed, ...Composed[]] =>
  prompt.split(AND).map((part): Composed => {
    const [, text, weight] = WEIGHT.exec(part)!;
    return { text: text!, weight: weight === undefined ? 1 : Number(weight) };
  }) as [Composed, ...Composed[]];

/** Whether they are anything but one plain prompt. */
export const isComposition = ([first, ...others]: readonly Composed[]): boolean =>
  others.length > 0 || first!.weight !== 1;
