/**
 * Where a reference of `npm run fidelity` is ambiguous: no program draws the picture just so by itself, or two that do draw others. Which of
 * them it is held against, and why it is a choice. One list, of which the table marks each picture.
 */
import type { FidelityCase } from './fidelity';

export interface Ambiguity {
  /** Behind the picture's decibels. */
  readonly mark: string;
  readonly note: string;
  readonly of: (each: FidelityCase) => boolean;
}

const spacing = ({ sigmas = 'model' }: FidelityCase) => sigmas;
const inTheMiddle = ({ initFrom, strength = 1, hiresScale, hiresSize }: FidelityCase): boolean =>
  (initFrom !== undefined && strength < 1) || hiresScale !== undefined || hiresSize !== undefined;

export const AMBIGUITIES: readonly Ambiguity[] = [
  {
    mark: 'a',
    note: "diffusers' Euler ancestral has no spacings: it is handed the levels and timesteps of its Euler (ancestral_over in k_samplers.py)",
    of: (each) => each.scheduler === 'euler_a' && spacing(each) !== 'model',
  },
  {
    mark: 'b',
    note: "diffusers' classes have no sgm_uniform: stable-diffusion-webui's levels stand where Karras's would",
    of: (each) => spacing(each) === 'sgm_uniform',
  },
  {
    mark: 'c',
    note: "Align Your Steps is published for 10 steps: for others its levels are ComfyUI's, of which stable-diffusion-webui has one fewer",
    of: (each) => spacing(each) === 'align_your_steps' && each.steps !== 10,
  },
  {
    mark: 'd',
    note: "the noise of each step is fresh, as diffusers'; k-diffusion takes a Brownian path's",
    of: ({ scheduler }) => scheduler === 'dpmpp_2m_sde' || scheduler === 'dpmpp_3m_sde',
  },
  {
    mark: 'e',
    note: "the third-order term has diffusers' sign, -1/2; k-diffusion has +1/2",
    of: ({ scheduler }) => scheduler === 'dpmpp_3m_sde',
  },
  {
    mark: 'f',
    note: 'from the middle diffusers’ PNDM tells the network a timestep below the one it is at, and so does ours',
    of: (each) => each.scheduler === 'pndm' && inTheMiddle(each),
  },
  {
    mark: 'g',
    note: "random numbers are stable-diffusion-webui's or ComfyUI's, restated in Python, and all else diffusers'",
    of: ({ rng = 'torch', subseed }) => rng !== 'torch' || subseed !== undefined,
  },
  {
    mark: 'h',
    note: "hidden states are stable-diffusion-webui's, or their mix by AND, and all else diffusers'",
    of: ({ promptStyle = 'plain', longPrompts = 'cut' }) => promptStyle === 'a1111' || longPrompts === 'chunks',
  },
  {
    mark: 'i',
    note: "two of diffusers' pipelines one after the other, with the noise and the steps of stable-diffusion-webui's second pass",
    of: ({ hiresScale, hiresSize }) => hiresScale !== undefined || hiresSize !== undefined,
  },
  {
    mark: 'j',
    note: "what is filled in under the mask is stable-diffusion-webui's, and all else diffusers'",
    of: ({ maskedContent = 'original' }) => maskedContent !== 'original',
  },
  {
    mark: 'k',
    note: "guidance is an extension's (sd-dynamic-thresholding) or ComfyUI's (Perp-Neg), and all else diffusers'",
    of: ({ mimicScale, perpendicularNegative }) => mimicScale !== undefined || perpendicularNegative !== undefined,
  },
];

/** What no picture is held against, since there is nothing to hold it against. */
export const WITHOUT_REFERENCE: readonly string[] = [
  "lms from the middle: diffusers takes weights of four slopes where it has one; ours begins anew, as k-diffusion's",
];

/** The marks of a picture, in the list's order; empty where its reference is diffusers' alone. */
export const marksOf = (each: FidelityCase): string =>
  AMBIGUITIES.flatMap(({ mark, of }) => (of(each) ? mark : [])).join('');

/** The lines under a table of such pictures: notes that it has marks for, each with how many. */
export function notesUnder(cases: readonly FidelityCase[]): string[] {
  const lines = AMBIGUITIES.flatMap(({ mark, note, of }) => {
    const count = cases.filter(of).length;
    return count > 0 ? [`  ${mark}  ${note} (${count})`] : [];
  });
  return [
    ...(lines.length > 0 ? ['ambiguous references, by the marks behind the decibels:', ...lines] : []),
    ...WITHOUT_REFERENCE.map((line) => `without a reference: ${line}`),
  ];
}
