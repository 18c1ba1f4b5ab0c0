/**
 * The host of the vectors' conversations, which both languages imitate: two models, of which one draws: its UNet adds up
 * `noise = sample + timestep + Σ encoder_hidden_states`; the other has a token table whose row `i` is `[i, i + 0.5]`.
 */

export const DRAWS = 'a'.repeat(64);
export const EMBEDS = 'b'.repeat(64);

export const TOY_STATUS = {
  host: 'toy',
  backends: {
    npu: { available: false, why: 'no-npu' },
    'native-cpu': { available: true, why: '', threads: 1 },
  },
  memory: { totalBytes: 2_000_000_000, availableBytes: 1_000_000_000 },
  thermal: 'none',
  models: [
    {
      ...{ model: DRAWS, name: 'draws', form: 'onnx', bytes: 12 },
      stages: [{ stage: 'unet', batch: 1, width: 16, height: 16, backends: ['native-cpu'] }],
    },
    { ...{ model: EMBEDS, name: 'embeds', form: 'npu', bytes: 34 }, stages: [] },
  ],
} as const;

export const TOY_PORTS = {
  inputs: [
    { name: 'sample', dtype: 'F32', shape: [1, 2] },
    { name: 'timestep', dtype: 'F32', shape: [1] },
    { name: 'encoder_hidden_states', dtype: 'F32', shape: [1, 3] },
  ],
  outputs: [{ name: 'noise', dtype: 'F32', shape: [1, 2] }],
} as const;

/** The manifest of `DRAWS`. */
export const TOY_MANIFEST = '{"format":"toy","é":"漢"}';
