/** The pictures that suffered most, as the report shows them. */
import type { PictureRecord } from '../../../models/quantize/evaluate/pictureRecord';
import { psnrOf } from '../../../models/quantize/quality/psnr';
import { differenceOf } from '../../../models/quantize/report/difference';
import type { WorstPicture } from '../../../models/quantize/report/reportData';
import { pngBytes } from '../../cli/png';
import type { Compared, Shelf } from './comparison';
import type { Trajectory } from './drawing';

/** At most `count`, the worst first; equal ones are none. */
export async function worstPictures(
  records: readonly PictureRecord[],
  drawn: Shelf<Trajectory>,
  found: Shelf<Compared>,
  count: number,
): Promise<WorstPicture[]> {
  const worst = records
    .filter(({ meanSquaredError }) => meanSquaredError > 0)
    .toSorted((a, b) => b.meanSquaredError - a.meanSquaredError)
    .slice(0, count);
  return Promise.all(
    worst.map(async (record) => {
      const { width, height, pixels: expected } = (await drawn.get(record))!.picture;
      const { pixels } = (await found.get(record))!.picture;
      const { pixels: difference, amplified } = differenceOf(pixels, expected);
      const png = (some: Uint8Array): string =>
        Buffer.from(pngBytes({ width, height, pixels: some })).toString('base64');
      return {
        prompt: record.prompt,
        seed: record.seed,
        psnr: psnrOf(record.meanSquaredError),
        reference: png(expected),
        quantized: png(pixels),
        difference: png(difference),
        amplified,
      };
    }),
  );
}
