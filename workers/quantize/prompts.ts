/** Which prompts to calibrate with. */
import { byTurns } from '../../models/calibration/byTurns';
import {
  CALIBRATION_PROMPTS,
  type CalibrationPrompt,
  DOMAINS,
  type Domain,
} from '../../models/calibration/calibrationPrompts';

/** `count` of them, of one domain after another so that few are of many domains; of `domains` alone where there are any. */
export function chosenPrompts(count: number, domains: readonly Domain[]): CalibrationPrompt[] {
  const all = DOMAINS.filter((domain) => domains.length === 0 || domains.includes(domain)).map((domain) =>
    CALIBRATION_PROMPTS.filter((prompt) => prompt.domain === domain),
  );
  // Of more domains than prompts, some from everywhere in the list.
  const lists = all.filter(
    (_, i) => count >= all.length || Math.floor((i * count) / all.length) > Math.floor(((i - 1) * count) / all.length),
  );
  return byTurns(lists).slice(0, count);
}
