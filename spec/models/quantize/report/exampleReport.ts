/** A report of made-up numbers, all of them different, with prompts that are anything but friendly. */
import { encode } from 'fast-png';
import { DOMAINS } from '../../../../models/calibration/calibrationPrompts';
import type { ReportData, WorstPicture } from '../../../../models/quantize/report/reportData';

export const HOSTILE = `<script>alert("1")</script> & 'quotes' </td></table><img src=x onerror=alert(2)>`;

const PROMPTS = [
  HOSTILE,
  '',
  'Infinity',
  'a red apple on a blue background',
  '一只橘猫趴在窗台上晒太阳',
  'a'.repeat(200),
  ...Array.from({ length: 14 }, (_, i) => `two dogs on the beach, ${i} of fourteen, a little longer than the others`),
];

/** Of the pictures, pixels. */
const SIDE = 64;

/** Between 0 and 1, different for every `i`. */
const scattered = (i: number): number => (i * 0.6180339887 + 0.137) % 1;

const LAYERS = ['down_blocks.0', 'down_blocks.1', 'mid_block', 'up_blocks.0', 'up_blocks.1'].flatMap((block) =>
  ['resnets.0.conv1', 'resnets.0.conv2', 'attentions.0.proj_in', 'attentions.0.transformer_blocks.0.ff.net.0.proj'].map(
    (layer) => `${block}.${layer}`,
  ),
);

export const EXAMPLE: Required<ReportData> = {
  version: 2,
  model: 'example <model>',
  format: 'w8a16',
  rounding: 'gptq',
  made: '2026-01-02T03:04:05Z',
  layers: LAYERS.map((name, i) => ({ name, bits: i % 5 ? 8 : 4, sqnr: i === 7 ? Infinity : 31 + 30 * scattered(i) })),
  noise: { samples: 6721, sqnr: 48.31, conditional: 47.62, unconditional: 49.17, guided: 41.06 },
  timesteps: Array.from({ length: 20 }, (_, i) => ({ timestep: 1 + 50 * i, sqnr: 47 + i / 3 + 2 * scattered(i) })),
  domains: DOMAINS.map((domain, i) => ({ domain, samples: 101 + i, sqnr: 50 + 7 * scattered(i + 40) })),
  pictures: PROMPTS.map((prompt, i) => ({
    prompt,
    domain: DOMAINS[i]!,
    seed: 7001 + i,
    latentSqnr: 33 + 12 * scattered(i + 70),
    psnr: i === 3 ? Infinity : 36 + 12 * scattered(i + 70) + 3 * scattered(i),
    ssim: 0.9 + 0.09 * scattered(i + 90),
  })),
  conditioning: {
    samples: 1931,
    ratio: { min: 0.9713, mean: 0.9954, max: 1.0126 },
    cosine: { min: 0.98761, mean: 0.99823, max: 0.99954 },
  },
  sizes: [
    { format: 'fp32', bytes: 3_438_167_524, fp32Bytes: 3_438_167_524 },
    { format: 'w8a16', bytes: 867_541_117, fp32Bytes: 3_438_167_524 },
    { format: 'w4a16', bytes: 561_204_331, fp32Bytes: 3_438_167_524 },
  ],
  budgets: [
    { stage: 'unet', fp32: 3_438_167_524, asked: 687_633_504, got: 741_612_735, least: 741_612_735 },
    { stage: 'text_encoder', fp32: 492_241_920, asked: 98_448_384, got: 98_401_000, least: 90_000_000 },
  ],
  worst: [0, 1].map((i) => worst(PROMPTS[i]!, 7001 + i, 31.57 + i, 8 + i)),
};

function worst(prompt: string, seed: number, psnr: number, amplified: number): WorstPicture {
  const level = (x: number, y: number): number => 120 + 100 * Math.sin(x / (4 + (seed % 3))) * Math.cos(y / 6);
  const off = (x: number, y: number): number => 8 * Math.sin((x * y) / 40);
  return {
    prompt,
    seed,
    psnr,
    reference: png(level),
    quantized: png((x, y) => level(x, y) + off(x, y)),
    difference: png((x, y) => amplified * Math.abs(off(x, y))),
    amplified,
  };
}

function png(level: (x: number, y: number) => number): string {
  const data = Uint8ClampedArray.from({ length: 3 * SIDE * SIDE }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return level(pixel % SIDE, Math.floor(pixel / SIDE)) * (1 - 0.2 * (i % 3));
  });
  const file = encode({ width: SIDE, height: SIDE, channels: 3, data: Uint8Array.from(data) });
  return Buffer.from(file).toString('base64');
}
