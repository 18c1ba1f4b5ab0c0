/**
 * How a drawing is made on our own kernels: decided here for whoever draws, and for whoever says what will be. A network has one way, and what it
 * takes at most is known to the page of memory; what can be chosen is in how many calls a guided step is computed, and whether the VAE goes in
 * tiles. Weights lie in memory as they are multiplied, and are never streamed: `low` has the least that is left.
 */
import { VAE_FACTOR } from '../../models/graph/vae';
import type { Manifest } from '../../models/manifest';
import type { StageName, StageSize } from '../../models/stage';
import { tileSize } from '../tiles';
import { FASTEST } from './course';
import {
  areUnlike,
  batchOf,
  chooser,
  type DrawingPlan,
  type Guidance,
  type Planned,
  type UnetWay,
  vaeWays,
  type Way,
} from './drawingPlan';
import { largestOf, type SizeForecast } from './forecast';
import { int8Bytes } from './int8Bytes';
import { unetSizes } from './needs';
import { availableHeap, type Device } from './plan';
import { int8SteeringBytes } from './steeringBytes';

/** As `forecastSize`, of `int8Plan`. */
export function forecastInt8(manifest: Manifest, asked: Planned, device: Device, threads: number): SizeForecast {
  const { courses, peakBytes, availableBytes } = int8Plan(manifest, asked, device, threads);
  const fits = peakBytes <= availableBytes;
  const largest = fits
    ? undefined
    : largestOf(asked, (one) => leastInt8(manifest, { ...asked, ...one }, threads) <= availableBytes);
  const tiled = courses.vae_decoder.tile !== undefined;
  return { peakBytes, availableBytes, fits, streamed: false, tiled, ...(largest ? { largest } : {}) };
}

/**
 * As `planDrawing`: one call for both passes of a step, which reads the weights once, before two; the VAE whole before tiles; of each the first
 * that there is room for, or that `low` allows, else what takes the least. It fits where any way does.
 */
export function int8Plan(manifest: Manifest, asked: Planned, device: Device, threads: number): DrawingPlan {
  const availableBytes = availableHeap(device);
  const choose = chooser(asked, availableBytes);
  const peakOf = int8Peak(manifest, asked, threads);
  const vae = vaeWays(asked);
  const least = vae.at(-1)!;
  const unet = choose(unetWays(asked), ({ guidance }) => peakOf(guidance, least, least));
  const { guidance } = unet;
  const decoder = choose(vae, (way) => peakOf(guidance, way, least));
  const encoder = asked.initImage ? choose(vae, (way) => peakOf(guidance, least, way)) : undefined;
  return {
    courses: {
      ...{ ...FASTEST, vae_decoder: decoder.course },
      ...(encoder ? { vae_encoder: encoder.course } : {}),
    },
    guidance,
    peakBytes: peakOf(guidance, decoder, encoder ?? least),
    availableBytes,
  };
}

/** What a drawing takes in which everything goes the way that takes the least of those that `asked` leaves. */
function leastInt8(manifest: Manifest, asked: Planned, threads: number): number {
  const vae = vaeWays(asked).at(-1)!;
  return int8Peak(manifest, asked, threads)(unetWays(asked).at(-1)!.guidance, vae, vae);
}

/** The fewest calls first. */
function unetWays(asked: Planned): UnetWay[] {
  const { guidance = 'auto', memory } = asked;
  const either: Guidance[] = memory === 'low' || areUnlike(asked) ? ['two-calls'] : ['one-call', 'two-calls'];
  return (guidance === 'auto' ? either : [guidance]).map((one) => ({ course: FASTEST.unet, guidance: one }));
}

type Peak = (guidance: Guidance, decoder: Way, encoder: Way) => number;

/** Bytes of all memories, and of what is kept beside them, by the ways that are gone. */
function int8Peak({ description, stages }: Manifest, asked: Planned, threads: number): Peak {
  const whole = { batch: 1, height: asked.height / VAE_FACTOR, width: asked.width / VAE_FACTOR };
  const bytesOf = (stage: StageName, size: StageSize): number =>
    int8Bytes({ description, stage, size, tensors: stages[stage].tensors }, threads);
  const tiled = (stage: StageName, { course }: Way): number => bytesOf(stage, tileSize(whole, course.tile));
  return (guidance, decoder, encoder) => {
    const passes = { ...whole, batch: batchOf(guidance) };
    const [unet, ...shallow] = unetSizes(passes, asked);
    const alone = [
      ...[bytesOf('text_encoder', whole), bytesOf('unet', unet!), tiled('vae_decoder', decoder)],
      ...(asked.initImage ? [tiled('vae_encoder', encoder)] : []),
    ];
    // Memories never shrink: what was open beside the UNet, or ONNX Runtime's before it, is still there when a larger network follows.
    const others = (asked.beside ?? 0) + (asked.before ?? 0) + int8SteeringBytes(asked, passes, threads);
    return shallow.reduce((sum, each) => sum + bytesOf('unet', each), others) + Math.max(...alone);
  };
}
