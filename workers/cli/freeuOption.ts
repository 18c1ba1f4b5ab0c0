/** FreeU, in the words of `npm run generate`. */
import { badArgument, numberWord } from '../../models/commandLine.node';
import type { FreeURequest } from '../api';

export const FREEU_USAGE = `\
  --freeu B1,B2,S1,S2      FreeU, as diffusers' enable_freeu has it; 1.5,1.6,0.9,0.2 is proposed for Stable Diffusion 1.5
                           (default: off)`;

export function freeuWord(word: string | undefined): FreeURequest {
  if (word === undefined) return {};
  const factors = word.split(',').map((each) => (each.trim() === '' ? undefined : numberWord('--freeu', each.trim())));
  const [b1, b2, s1, s2] = factors;
  if (factors.length !== 4 || factors.includes(undefined))
    throw badArgument('--freeu', 'B1,B2,S1,S2, four numbers', word);
  return { freeu: [b1!, b2!, s1!, s2!] };
}
