/** What a drawing in two passes will take, said before it is asked for. */
import { VAE_FACTOR } from '../models/graph/vae';
import { down, finalSize, largestPass, type Sized } from './hires';
import { checkHiresSize } from './hiresRequest';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** What `forecast` says of the larger pass, a size that would fit as that of the first. Rejects with `bad-argument` as `checkRequest` throws. */
export async function forecastTwice<Asked extends Sized, Said extends { readonly largest?: Size }>(
  asked: Asked,
  forecast: (larger: Asked) => Promise<Said | undefined>,
): Promise<Said | undefined> {
  checkHiresSize(asked);
  const said = await forecast(largestPass(asked));
  if (!said?.largest) return said;
  const { width } = finalSize(asked);
  const first = (pixels: number): number => Math.max(VAE_FACTOR, down(Math.floor((pixels * asked.width) / width)));
  return { ...said, largest: { width: first(said.largest.width), height: first(said.largest.height) } };
}
