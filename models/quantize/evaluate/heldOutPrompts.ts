/** Which prompts a quantized model is judged by. */

import { byTurns } from '../../calibration/byTurns';
import { type CalibrationPrompt, DOMAINS, type Domain, HELD_OUT_PROMPTS } from '../../calibration/calibrationPrompts';
import { CodedError } from '../../errors';

/** What any Stable Diffusion model can be asked for: all but what is written for the demo model alone. */
export const GENERAL_DOMAINS: readonly Domain[] = DOMAINS.filter((domain) => domain !== 'demo');

/** The first `count` of those held out, one of each domain by turns. `bad-argument` where there are not so many. */
export function heldOutPrompts(count: number, domains: readonly Domain[]): CalibrationPrompt[] {
  const lists = domains.map((domain) => HELD_OUT_PROMPTS.filter((prompt) => prompt.domain === domain));
  const most = lists.reduce((sum, { length }) => sum + length, 0);
  if (!Number.isInteger(count) || count < 1 || count > most) {
    throw new CodedError('bad-argument', { argument: 'prompts', expected: `1 to ${most}`, got: `${count}` });
  }
  return byTurns(lists).slice(0, count);
}
