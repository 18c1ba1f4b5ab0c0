/** What the settings that few change are called, in English; a part of `en.late.ts`. */
import type { RandomSource, TimestepSpacing } from '../../workers/api';
import type { Extra } from '../settings';

export const rare = {
  hires: 'Draw again, larger',
  hiresOff: 'Off',
  times: (scale: number) => `${scale}×`,
  hiresScale: 'Times as large',
  hiresTo: (width: number, height: number) => `The picture will be ${width} × ${height}.`,
  hiresNot: 'Not while a picture is drawn from.',
  hiresUpscaler: 'Enlarged by',
  hiresSteps: 'Steps (0: same)',
  hiresStrength: 'Change in between',
  freeu: 'FreeU',
  freeuHint: 'Strengthens what the network has made out, and mutes what is too smooth. It takes no longer.',

  faster: 'Faster',
  savings: { nothing: 'No', some: 'Some', much: 'Much' },
  savingOwn: ({ cacheInterval = 1, cacheBranch, guidanceInterval: guided }: Extra): string =>
    [
      ...(cacheInterval > 1 ? [`deep layers in one step of ${cacheInterval}`] : []),
      ...(cacheBranch === undefined ? [] : [`deep layers are those from skip ${cacheBranch} on`]),
      ...(guided ? [`guided from ${guided[0]} to ${guided[1]} of the steps`] : []),
    ].join(', '),
  fasterHint:
    'Some of the work is done in every other or third step only. The picture is much like the other, in two thirds or half of the time; “much” wants 20 steps or more.',
  tokenMerging: 'Merge what is alike',
  tokenMergingHint:
    'Tokens that are much the same are looked at as one. It saves the more time the larger the picture is, and costs some of its detail; 0.5 is a good deal.',
  guiding: 'Guidance goes',
  guidings: { plain: 'Plainly', mimic: 'Thresholded', perpendicular: 'Across' },
  guidingHints: {
    plain: 'Away from the negative prompt, towards the prompt.',
    mimic: 'As strongly as guidance is set, but no wider than this lower scale would draw: against burnt colors.',
    perpendicular:
      'Away from the negative prompt only where that is not the prompt’s own way. Each step takes half as long again.',
  },
  mimicScale: 'As wide as at',
  mimicPercentile: 'Cut off beyond, %',
  perpendicularNegative: 'Weight of the negative prompt',
  guidanceRescale: 'Against overexposure',

  unusual: 'Other than usual',
  variation: 'Variation',
  variationHint:
    '0 is the seed’s own picture, a little more one much like it, 1 the variation seed’s. Of several pictures each has the next variation seed.',
  variationOf: (strength: number, subseed?: number) =>
    `${strength}, ${subseed === undefined ? 'a new one each time' : `seed ${subseed}`}`,
  subseed: 'Variation seed',
  subseedHint: 'The seed whose picture it turns towards.',
  newSubseed: 'New variation seed',
  keepSubseedHint: 'Keep this variation seed instead of a new one for each drawing',
  rng: 'Random numbers',
  rngs: { torch: 'diffusers', philox: 'A1111', comfy: 'ComfyUI' } satisfies Record<RandomSource, string>,
  rngHints: {
    torch: 'PyTorch’s on the CPU: a seed has the noise that it has in diffusers, and in A1111 set to “CPU”.',
    philox: 'An NVIDIA GPU’s: a seed has the noise that it has in A1111 as it comes, or set to “NV”.',
    comfy: 'PyTorch’s on the CPU; the pictures of a batch share the seed, and differ by their places.',
  } satisfies Record<RandomSource, string>,
  eta: 'Eta',
  etaHint: (usual: number) => `How much of the noise is fresh in each step; ${usual} is usual for this sampler.`,
  timesteps: 'Timesteps',
  spacings: { leading: 'Leading', linspace: 'Linspace', trailing: 'Trailing' } satisfies Record<
    TimestepSpacing,
    string
  >,
  timestepsHint: 'How they are spaced. Models of one to eight steps want “Trailing”.',
  batch: 'Of its batch',
  placeIn: (place: number, of: number) => `picture ${place} of ${of}`,
};
