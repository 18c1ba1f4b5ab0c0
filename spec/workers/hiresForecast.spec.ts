import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { forecastTwice } from '../../workers/hiresForecast';
import { refusal } from './refusal';

const asked = { width: 512, height: 384 };

test('the larger pass is asked about, and the size that would fit is one of the first', async () => {
  const seen: object[] = [];
  const said = await forecastTwice({ ...asked, hiresScale: 2 }, async ({ width, height }) => {
    seen.push({ width, height });
    return { largest: { width: 704, height: 512 } };
  });
  assert.equal(seen, [{ width: 1024, height: 768 }]);
  // Half of 704 and 512.
  assert.equal(said, { largest: { width: 352, height: 256 } });
});

test('nothing is asked about a second pass of a size that is not drawn', async () => {
  const never = async (): Promise<never> => {
    throw new Error('planned');
  };
  for (const [hires, line] of [
    [{ hiresScale: 1e9 }, 'hiresScale: expected a number from 1 to 8, got 1000000000'],
    [{ hiresScale: 8 }, 'hiresScale: expected at most 2048 × 2048 pixels in the end, got 4096 × 3072'],
    [{ hiresSize: { width: 99999, height: 64 } }, 'hiresSize: expected a multiple of 8 from 8 to 2048, got 99999'],
    [{ hiresSize: { width: 256, height: 384 } }, 'hiresSize: expected 512 × 384 pixels and more, got 256 × 384'],
  ] as const)
    assert.is(await refusal(forecastTwice({ ...asked, ...hires }, never)), `bad-argument: ${line}`);
});

test.run();
