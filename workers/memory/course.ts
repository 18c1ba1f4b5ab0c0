/** Ways to run the stages of a drawing, from the fastest to those that take the least memory. */
import type { StageName } from '../../models/stage';
import type { ImageRequest } from '../api';

export type MemoryMode = ImageRequest['memory'];

/** Those that every drawing opens. */
export const DRAWN = ['text_encoder', 'unet', 'vae_decoder'] as const;
export type DrawnStage = (typeof DRAWN)[number];

/** One way to run a stage. All ways compute the same but for tiles, whose picture differs a little. */
export interface Course {
  /** Whether a run gives back each buffer at once, rather than keep it for values of the same shape. */
  readonly lean: boolean;
  /** In how many segments the UNet's weights are streamed: they are read and opened anew in each step. */
  readonly segments?: number;
  /** Side of the tiles that the VAE decodes, or encodes, one by one, latents. */
  readonly tile?: number;
}

/** The encoder's is there where a picture to begin from was planned with. */
export type Courses = Readonly<Record<DrawnStage, Course>> & { readonly vae_encoder?: Course };

/** Where nothing was planned for it, the encoder goes the decoder's way, but whole. */
export const courseOf = (stage: StageName, courses: Courses): Course =>
  stage === 'vae_encoder' ? (courses.vae_encoder ?? { lean: courses.vae_decoder.lean }) : courses[stage];

const FAST: Course = { lean: false };
const LEAN: Course = { lean: true };
const WHOLE = [FAST, LEAN];
const streamed = (...list: readonly number[]): Course[] => list.map((segments) => ({ segments, lean: true }));
const TILED = [96, 80, 64, 56, 48, 40, 32].map((tile): Course => ({ tile, lean: true }));

/** Best first; the last takes the least. Smaller strips and chunks are no courses: beside the weights, they are noise. */
export const COURSES: Readonly<Record<MemoryMode, Readonly<Record<DrawnStage, readonly Course[]>>>> = {
  auto: { text_encoder: WHOLE, unet: [...WHOLE, ...streamed(2, 4, 8)], vae_decoder: [...WHOLE, ...TILED] },
  normal: { text_encoder: WHOLE, unet: WHOLE, vae_decoder: [...WHOLE, ...TILED] },
  low: { text_encoder: [LEAN], unet: streamed(4, 8), vae_decoder: [LEAN, ...TILED] },
};

/**
 * Bytes of the heap for which a way is passed over, however fast, where one takes less that computes the same in one go:
 * with what the page holds beside it, 1.5 GB in all.
 */
export const AMPLE_HEAP_BYTES = 1.4e9;

/** What `low` keeps the heap below where it can, bytes: with what the page holds beside it, that is a gigabyte in all. */
export const LOW_HEAP_BYTES = 700 * 1024 * 1024;

export const FASTEST: Courses = { text_encoder: FAST, unet: FAST, vae_decoder: FAST };
