/** As what a UNet is opened for what it is shown, drawing and planning alike. */
import { TOKENS } from '../models/configs/textEncoderConfig';
import type { StageSize } from '../models/stage';

/** `size` with what is not as diffusers has it by default. */
export const unetSize = (
  size: StageSize,
  {
    tokens = TOKENS,
    freeu,
    tokenMergingRatio,
    imageTokens = [],
  }: { readonly [Field in 'tokens' | 'freeu' | 'tokenMergingRatio' | 'imageTokens']?: StageSize[Field] | undefined },
): StageSize => ({
  ...size,
  ...(tokens > TOKENS ? { tokens } : {}),
  ...(freeu ? { freeu } : {}),
  ...(tokenMergingRatio ? { tokenMergingRatio } : {}),
  ...(imageTokens.length > 0 ? { imageTokens } : {}),
});
