/**
 * Prompts to calibrate a quantized model with, and others to judge it by, in the manner in which people write prompts:
 * `prompts.json` has them by domain. The split follows from the place in a domain's list, so nobody picks what is judged.
 */
import prompts from './prompts.json';

/** What a prompt is about, or what is peculiar about it: `people`, `negative`, `very long`, `chinese` … */
export type Domain = keyof typeof prompts;

export interface CalibrationPrompt {
  readonly domain: Domain;
  /** As a user would type it; may be empty, and may be longer than the 77 tokens that CLIP reads. */
  readonly prompt: string;
}

export const DOMAINS = Object.keys(prompts) as readonly Domain[];

/**
 * Of three prompts in a row so many calibrate, the rest are held out. `demo` shows only what the demo model was trained
 * on, in combinations that its recipe does not keep from it: of these, most are for judging.
 */
const calibrating = (domain: Domain): number => (domain === 'demo' ? 1 : 2);

function split(heldOut: boolean): readonly CalibrationPrompt[] {
  return DOMAINS.flatMap((domain) =>
    prompts[domain]
      .filter((_, i) => i % 3 >= calibrating(domain) === heldOut)
      .map((prompt): CalibrationPrompt => ({ domain, prompt })),
  );
}

/** For the statistics that scales and roundings are made from. */
export const CALIBRATION_PROMPTS = split(false);

/** For judging alone: nothing of a quantized model may depend on them. */
export const HELD_OUT_PROMPTS = split(true);
