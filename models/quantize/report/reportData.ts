/**
 * What a quality report is made of, as numbers: the JSON beside the page. Decibels may be infinite, where nothing differs.
 * A part that was not measured is absent.
 */
import type { Domain } from '../../calibration/calibrationPrompts';
import type { SizeBudget } from '../sizeBudget';

/** Grows with every change that an older reader would misread. */
export const REPORT_VERSION = 2;

export interface ReportData {
  readonly version: typeof REPORT_VERSION;
  readonly model: string;
  /** As `w8a16`. */
  readonly format: string;
  /** As `gptq`. */
  readonly rounding: string;
  /** ISO 8601. */
  readonly made: string;
  /** In the order in which the network computes them. */
  readonly layers?: readonly LayerQuality[];
  readonly noise?: NoiseQuality;
  readonly timesteps?: readonly TimestepQuality[];
  readonly domains?: readonly DomainQuality[];
  readonly pictures?: readonly PictureQuality[];
  readonly conditioning?: ConditioningQuality;
  readonly sizes?: readonly FormatSize[];
  /** Of networks in mixed bits. */
  readonly budgets?: readonly SizeBudget[];
  /** The pictures that suffered most, the worst first. */
  readonly worst?: readonly WorstPicture[];
}

/** A layer's output with nothing but its own weights rounded. */
export interface LayerQuality {
  /** The checkpoint's key, as `down_blocks.0.resnets.1.conv1`. */
  readonly name: string;
  readonly bits: number;
  /** Decibels. */
  readonly sqnr: number;
}

/** Predicted noise, of the samples that the reference reached, over all prompts and timesteps; decibels. */
export interface NoiseQuality {
  /** UNet calls compared. */
  readonly samples: number;
  readonly sqnr: number;
  /** Of the calls with the prompt, and of those without. */
  readonly conditional: number;
  readonly unconditional: number;
  /** Of what guidance makes of both, which is what a step goes by. */
  readonly guided: number;
}

/** Predicted noise, over all prompts. */
export interface TimestepQuality {
  /** 0 … 999. */
  readonly timestep: number;
  /** Decibels. */
  readonly sqnr: number;
}

/** Predicted noise, over all timesteps. */
export interface DomainQuality {
  readonly domain: Domain;
  /** UNet calls compared. */
  readonly samples: number;
  /** Decibels. */
  readonly sqnr: number;
}

/** One prompt drawn from one seed by both. */
export interface PictureQuality {
  readonly prompt: string;
  readonly domain: Domain;
  readonly seed: number;
  /** Of the latents that the decoder is given; decibels. */
  readonly latentSqnr: number;
  /** Of the picture; decibels. */
  readonly psnr: number;
  /** Of the picture; −1 … 1. */
  readonly ssim: number;
}

/** As `conditioningKept` measures it, over prompts and timesteps. */
export interface ConditioningQuality {
  readonly samples: number;
  /** Smallest, mean and largest. */
  readonly ratio: Range;
  readonly cosine: Range;
}

export interface Range {
  readonly min: number;
  readonly mean: number;
  readonly max: number;
}

export interface FormatSize {
  readonly format: string;
  readonly bytes: number;
  /** The same weights in fp32. */
  readonly fp32Bytes: number;
}

/** Three PNG files in base64. */
export interface WorstPicture {
  readonly prompt: string;
  readonly seed: number;
  readonly psnr: number;
  readonly reference: string;
  readonly quantized: string;
  /** |reference − quantized| times `amplified`, cut off at white. */
  readonly difference: string;
  readonly amplified: number;
}
