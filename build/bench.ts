/** `npm run bench -- NAME …`: measurements that README's figures come from. */
import { bridge } from './bench/bridge';
import { cpu } from './bench/cpu';
import { disturbedPictures } from './bench/disturbedPictures';
import { int8Care } from './bench/int8Care';
import { int8Layers } from './bench/int8Layers';
import { main as int8Pictures } from './bench/int8Pictures';
import { momentBlocks } from './bench/momentBlocks';
import { rounding } from './bench/rounding';
import { saving } from './bench/saving';
import { sd15 } from './bench/sd15';
import { sd15Chromium } from './bench/sd15Chromium';

const BENCHES: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  bridge,
  cpu,
  'disturbed-pictures': disturbedPictures,
  'int8-care': int8Care,
  'int8-layers': int8Layers,
  'int8-pictures': int8Pictures,
  'moment-blocks': momentBlocks,
  rounding,
  saving,
  sd15,
  'sd15-chromium': sd15Chromium,
};

export async function main([name, ...args]: readonly string[]): Promise<number> {
  const bench = BENCHES[name ?? ''];
  if (bench) return bench(args);
  console.error(`bad-argument: bench: expected ${Object.keys(BENCHES).join(', ')}, got ${name ?? 'nothing'}`);
  return 2;
}
