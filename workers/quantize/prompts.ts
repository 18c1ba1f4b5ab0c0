/** Which prompts to calibrate with. */
import { CALIBRATION_PROMPTS, type CalibrationPrompt, type Domain } from '../../models/calibration/calibrationPrompts';

/** `count` of them, of one domain after another so that few are of many domains; of `domains` alone where there are any. */
export function chosenPrompts(count: number, domains: readonly Domain[]): CalibrationPrompt[] {
  const byDomain = new Map<Domain, CalibrationPrompt[]>();
  for (const prompt of CALIBRATION_PROMPTS) {
    if (domains.length > 0 && !domains.includes(prompt.domain)) continue;
    const list = byDomain.get(prompt.domain) ?? [];
    list.push(prompt);
    byDomain.set(prompt.domain, list);
  }
  const all = [...byDomain.values()];
  // Of more domains than prompts, some from everywhere in the list.
  const lists = all.filter(
    (_, i) => count >= all.length || Math.floor((i * count) / all.length) > Math.floor(((i - 1) * count) / all.length),
  );
  const longest = Math.max(...lists.map(({ length }) => length));
  const turns = Array.from({ length: longest }, (_, turn) => lists.flatMap((list) => list.slice(turn, turn + 1)));
  return turns.flat().slice(0, count);
}
