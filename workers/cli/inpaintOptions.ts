/** How a part of a picture is drawn anew, or beyond its edges, in the words of `npm run generate`. */

import { badArgument, integerWord, numberWord } from '../../models/commandLine.node';
import type { InpaintRequest, MaskedContent } from '../api';
import { MASKED_CONTENTS } from '../inpaintRequest';
import { given } from './given';

export const INPAINT_USAGE = `\
  --mask-blur N            blurs the mask by so many pixels, and pastes what stays over what was drawn along it (default: 0)
  --masked-content WHAT    what is there to begin from: ${MASKED_CONTENTS.join(', ')} (default: original)
  --invert-mask            draws what the mask keeps
  --inpaint-padding N      draws only what the mask is in, with N pixels around it, at --width × --height, and pastes it back
  --outpaint L,T,R,B       draws beyond the picture: pixels on its left, top, right and bottom, multiples of 8
                           (with it --mask-blur is 8 and --masked-content fill by default)`;

const text = { type: 'string' } as const;
export const INPAINT_OPTIONS = {
  'mask-blur': text,
  'masked-content': text,
  'invert-mask': { type: 'boolean' },
  'inpaint-padding': text,
  outpaint: text,
} as const;

type Words = {
  readonly [Option in keyof typeof INPAINT_OPTIONS]?: (Option extends 'invert-mask' ? boolean : string) | undefined;
};

/** What is given of them. */
export function inpaintWords(words: Words): InpaintRequest {
  return given({
    maskBlur: numberWord('--mask-blur', words['mask-blur']),
    maskedContent: words['masked-content'] as MaskedContent | undefined,
    invertMask: words['invert-mask'],
    inpaintPadding: integerWord('--inpaint-padding', words['inpaint-padding']),
    outpaint: marginsWord('--outpaint', words.outpaint),
  });
}

function marginsWord(argument: string, word: string | undefined): InpaintRequest['outpaint'] {
  if (word === undefined) return undefined;
  const margins = word.split(',').map((each) => integerWord(argument, each.trim()));
  if (margins.length !== 4 || word.trim() === '')
    throw badArgument(argument, 'LEFT,TOP,RIGHT,BOTTOM, four numbers of pixels', word);
  return margins as [number, number, number, number];
}
