/**
 * `npm run bench -- saving [--prompts N] [--size PIXELS] [--backend wasm]`: what it costs the demo model's pictures to leave work out
 * (deep features kept, tokens merged, guidance in a part of the steps), and what it saves: decibels against the picture with nothing left out, and the
 * UNet's and the decoder's time as a share of that picture's, drawn by the same backend right before. `tiny VAE`: decoded by the demo's own. Prompts as of `int8-pictures`; 20 steps, guidance 7.5.
 */
import { parseArgs } from 'node:util';
import { openDiffusersFolder } from '../../models/checkpoint';
import { diskFolder } from '../../models/folder.node';
import { planModel } from '../../models/planModel';
import { psnr } from '../../models/quantize/quality/psnr';
import { median } from '../../models/quantize/report/numbers';
import { openTinyVae } from '../../models/tinyVae/openTinyVae';
import type { ImageRequest, Picture, SavingRequest, TinyVaeUse } from '../../workers/api';
import { nodeInt8Backend } from '../../workers/backend/int8/int8.node';
import { nodeWasmBackend } from '../../workers/backend/ort.node';
import { fast } from '../../workers/fast';
import { checkpointModel } from '../../workers/model.checkpoint';
import type { Parts } from '../../workers/openStage';
import { textToImage } from '../../workers/pipeline';
import { DEFAULTS } from '../../workers/request';
import { tinyManifest, tinyModel } from '../../workers/tinyVae';
import { strangersPrompts } from './strangersPrompts';

type Saving = SavingRequest & Pick<ImageRequest, 'guidanceInterval'> & { readonly tiny?: TinyVaeUse };

const WAYS: readonly (readonly [name: string, saving: Saving])[] = [
  ['cache 2', { cacheInterval: 2 }],
  ['cache 3', { cacheInterval: 3 }],
  ['cache 5', { cacheInterval: 5 }],
  ['cache 3, branch 3', { cacheInterval: 3, cacheBranch: 3 }],
  ['merged 0.3', { tokenMergingRatio: 0.3 }],
  ['merged 0.5', { tokenMergingRatio: 0.5 }],
  ['merged 0.75', { tokenMergingRatio: 0.75 }],
  ['fast, merged 0.5', { ...fast(DEFAULTS), tokenMergingRatio: 0.5 }],
  ['guided 0:0.8', { guidanceInterval: [0, 0.8] }],
  ['guided 0.2:1', { guidanceInterval: [0.2, 1] }],
  ['tiny VAE', { tiny: 'decoding' }],
  ['fast', fast(DEFAULTS)],
  ['fast, tiny VAE', { ...fast(DEFAULTS), tiny: 'decoding' }],
];

export async function saving(args: readonly string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ args: [...args], options: { prompts: text, size: text, backend: text, only: text } });
  const { prompts = '8', size = '256', backend = 'wasm-int8', only = '' } = values;
  const checkpoint = await openDiffusersFolder(await diskFolder('models/demo/model'));
  const int8 = backend === 'wasm-int8';
  const plan = planModel(checkpoint, int8 ? 'int8' : 'exact');
  const model = checkpointModel(checkpoint, plan);
  const tinyVae = await openTinyVae(await diskFolder('models/demo/tiny_vae'));
  const withTiny = (use: TinyVaeUse) => tinyModel(model, tinyVae, tinyManifest(plan, tinyVae, use), use);
  const parts: Parts = { model, backend: int8 ? await nodeInt8Backend() : nodeWasmBackend() };
  const side = Number(size);
  const found = new Map(WAYS.filter(([name]) => name.includes(only)).map(([name]) => [name, [] as Found[]]));
  for (const { prompt, seed } of await strangersPrompts(Number(prompts))) {
    const request = { ...DEFAULTS, prompt, seed, width: side, height: side, guidance: 'two-calls' } as const;
    const whole = await drawn(request, parts);
    for (const [name, { tiny, ...ways }] of WAYS) {
      if (!found.has(name)) continue;
      const by = tiny ? { ...parts, model: withTiny(tiny) } : parts;
      const { picture, milliseconds, decoding } = await drawn({ ...request, ...ways }, by);
      const decibels = psnr(picture.pixels, whole.picture.pixels);
      const share = milliseconds / whole.milliseconds;
      found.get(name)!.push({ decibels, share, decoding: decoding / whole.decoding });
    }
    process.stderr.write(`${prompt}\n`);
  }
  console.log(
    `${'left out'.padEnd(20)}${['mean dB', 'least', 'UNet time', 'decoding'].map((word) => word.padStart(11)).join('')}`,
  );
  for (const [name, all] of found) {
    const decibels = all.map((one) => one.decibels);
    const cells = [mean(decibels), Math.min(...decibels)].map((value) => value.toFixed(1));
    for (const shares of [all.map(({ share }) => share), all.map(({ decoding }) => decoding)])
      cells.push(median(shares).toFixed(2));
    console.log(`${name.padEnd(20)}${cells.map((cell) => cell.padStart(11)).join('')}`);
  }
  return 0;
}

interface Found {
  readonly decibels: number;
  /** Of the UNet's time with nothing left out. */
  readonly share: number;
  /** Of the decoder's. */
  readonly decoding: number;
}

interface Drawn {
  readonly picture: Picture;
  readonly milliseconds: number;
  readonly decoding: number;
}

async function drawn(request: ImageRequest, parts: Parts): Promise<Drawn> {
  let picture: Picture | undefined;
  for await (const event of textToImage(request, parts, new AbortController().signal)) {
    if (event.type === 'failed') throw new Error(`${event.code}: ${event.message}`);
    if (event.type === 'image') ({ picture } = event);
    if (event.type === 'finished') {
      const { unet, vaeDecoder: decoding } = event.timings;
      return { picture: picture!, milliseconds: unet, decoding };
    }
  }
  throw new Error(`no picture of ${request.prompt}`);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
