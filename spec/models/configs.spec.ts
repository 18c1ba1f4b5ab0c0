import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SD15 } from '../../build/bench/sd15Description';
import { ConfigFile } from '../../models/configs/configFile';
import { checkModelIndex } from '../../models/configs/modelIndex';
import { parseScheduler } from '../../models/configs/schedulerConfig';
import { parseTextEncoder } from '../../models/configs/textEncoderConfig';
import { parseUNet } from '../../models/configs/unetConfig';
import { parseVae } from '../../models/configs/vaeConfig';
import { rejects } from './rejects';

type Json = Readonly<Record<string, unknown>>;
const file = (json: Json) => new ConfigFile('config.json', json);

test("a UNet without a key has diffusers' defaults: Stable Diffusion 1.5's but for the width of the prompt", () => {
  assert.equal(parseUNet(file({})), { ...SD15.unet, crossAttentionDim: 1280 });
});

test("a text encoder without a key has transformers' defaults, nested or not, null or absent", () => {
  const expected = parseTextEncoder(file({}));
  assert.equal([expected.hiddenSize, expected.numHiddenLayers, expected.hiddenAct], [512, 12, 'quick_gelu']);
  assert.equal(parseTextEncoder(file({ model_type: 'clip', text_config: { hidden_size: null } })), expected);
});

test('a scheduler keeps absent keys absent, since each scheduler has its own default', () => {
  const expected = { numTrainTimesteps: 1000, betaStart: 0.0001, betaEnd: 0.02, betaSchedule: 'linear' as const };
  assert.equal(parseScheduler(file({})), { ...expected, predictionType: 'epsilon' });
  const given = { steps_offset: 0, set_alpha_to_one: false, skip_prk_steps: true, timestep_spacing: 'leading' };
  const { stepsOffset, setAlphaToOne, skipPrkSteps, timestepSpacing } = parseScheduler(file(given));
  assert.equal([stepsOffset, setAlphaToOne, skipPrkSteps, timestepSpacing], [0, false, true, 'leading']);
});

test('that the last timestep is pure noise is said, or not there', () => {
  assert.is(parseScheduler(file({ rescale_betas_zero_snr: true })).rescaleBetasZeroSnr, true);
  for (const json of [{}, { rescale_betas_zero_snr: false }, { rescale_betas_zero_snr: null }]) {
    assert.not.ok(Object.hasOwn(parseScheduler(file(json)), 'rescaleBetasZeroSnr'), JSON.stringify(json));
  }
});

test('levels of its own are said, or not there; two kinds at once are refused, as are others', async () => {
  assert.is(parseScheduler(file({ use_karras_sigmas: true })).sigmaSpacing, 'karras');
  assert.is(
    parseScheduler(file({ use_exponential_sigmas: true, use_karras_sigmas: false })).sigmaSpacing,
    'exponential',
  );
  for (const json of [{}, { use_karras_sigmas: false, use_exponential_sigmas: null }])
    assert.not.ok(Object.hasOwn(parseScheduler(file(json)), 'sigmaSpacing'), JSON.stringify(json));
  const both = { use_karras_sigmas: true, use_exponential_sigmas: true };
  await rejects(async () => parseScheduler(file(both)), 'unsupported-model', 'use_exponential_sigmas');
  await rejects(async () => parseScheduler(file({ use_beta_sigmas: true })), 'unsupported-model', 'use_beta_sigmas');
});

test('heads may differ by level; null means absent', () => {
  const config = parseUNet(file({ attention_head_dim: [5, 10, 20, 20], use_linear_projection: null }));
  assert.equal(config.attentionHeads, [5, 10, 20, 20]);
});

const INDEX = {
  _class_name: 'StableDiffusionPipeline',
  text_encoder: ['transformers', 'CLIPTextModel'],
  unet: ['diffusers', 'UNet2DConditionModel'],
  vae: ['diffusers', 'AutoencoderKL'],
};

test('parts that were left out may be listed as null', () => {
  checkModelIndex(file({ ...INDEX, safety_checker: [null, null], text_encoder_2: [null, null] }));
});

type Parse = (config: ConfigFile) => unknown;
const index: Parse = checkModelIndex;
const VAE = {
  block_out_channels: [128, 256, 512, 512],
  down_block_types: Array(4).fill('DownEncoderBlock2D'),
  up_block_types: Array(4).fill('UpDecoderBlock2D'),
};

/** Sound files of other architectures: the message names the key and says what was found. */
const OTHERS: readonly [parse: Parse, base: Json, change: Json, found: string][] = [
  [index, INDEX, { _class_name: 'StableDiffusionXLPipeline' }, 'StableDiffusionXLPipeline'],
  [index, INDEX, { _class_name: 'StableDiffusionUpscalePipeline' }, 'StableDiffusionUpscalePipeline'],
  [index, INDEX, { text_encoder_2: ['transformers', 'CLIPTextModelWithProjection'] }, 'CLIPTextModelWithProjection'],
  [index, INDEX, { unet: ['diffusers', 'SD3Transformer2DModel'] }, 'SD3Transformer2DModel'],
  [index, INDEX, { vae: ['diffusers', 'AutoencoderTiny'] }, 'AutoencoderTiny'],
  [index, INDEX, { text_encoder: ['alt_diffusion', 'RobertaSeriesModelWithTransformation'] }, 'RobertaSeries'],
  [parseTextEncoder, {}, { hidden_act: 'relu' }, '"relu"'],
  [parseTextEncoder, {}, { max_position_embeddings: 248 }, '248'],
  [parseTextEncoder, {}, { model_type: 'xlm-roberta' }, '"xlm-roberta"'],
  [parseUNet, {}, { in_channels: 7 }, '7'],
  [parseUNet, {}, { in_channels: 8 }, '8'],
  [parseUNet, {}, { use_linear_projection: true }, 'true'],
  [parseUNet, {}, { addition_embed_type: 'text_time' }, '"text_time"'],
  [parseUNet, {}, { class_embed_type: 'timestep' }, '"timestep"'],
  [parseUNet, {}, { num_class_embeds: 1000 }, '1000'],
  [parseUNet, {}, { dual_cross_attention: true }, 'true'],
  [parseUNet, {}, { only_cross_attention: [true, true, true, false] }, '[true,true,true,false]'],
  [parseUNet, {}, { mid_block_type: 'UNetMidBlock2DSimpleCrossAttn' }, 'UNetMidBlock2DSimpleCrossAttn'],
  [parseUNet, {}, { down_block_types: Array(4).fill('AttnDownBlock2D') }, '"AttnDownBlock2D"'],
  [parseUNet, {}, { up_block_types: Array(4).fill('KUpBlock2D') }, '"KUpBlock2D"'],
  [parseUNet, {}, { act_fn: 'gelu' }, '"gelu"'],
  [parseUNet, {}, { resnet_time_scale_shift: 'scale_shift' }, '"scale_shift"'],
  [parseUNet, {}, { time_embedding_type: 'fourier' }, '"fourier"'],
  [parseUNet, {}, { encoder_hid_dim_type: 'text_proj' }, '"text_proj"'],
  [parseUNet, {}, { transformer_layers_per_block: [1, 2, 10, 10] }, '[1,2,10,10]'],
  [parseUNet, {}, { layers_per_block: [1, 2, 2, 2] }, '[1,2,2,2]'],
  [parseUNet, {}, { downsample_padding: 2 }, '2'],
  [parseVae, VAE, { shift_factor: 0.1 }, '0.1'],
  [parseVae, VAE, { use_quant_conv: false }, 'false'],
  [parseVae, VAE, { mid_block_add_attention: false }, 'false'],
  [parseVae, VAE, { block_out_channels: [128, 256, 512] }, '[128,256,512]'],
  [parseVae, VAE, { down_block_types: Array(4).fill('AttnDownEncoderBlock2D') }, '"AttnDownEncoderBlock2D"'],
  [parseVae, VAE, { in_channels: 4 }, '4'],
  [parseScheduler, {}, { prediction_type: 'sample' }, '"sample"'],
  [parseScheduler, {}, { beta_schedule: 'squaredcos_cap_v2' }, '"squaredcos_cap_v2"'],
  [parseScheduler, {}, { use_flow_sigmas: true }, 'true'],
  [parseScheduler, {}, { trained_betas: [0.1] }, '[0.1]'],
];
for (const [parse, base, change, found] of OTHERS) {
  const [key] = Object.keys(change) as [string];
  test(`${key} ${found} is refused by name`, () =>
    rejects(() => parse(file({ ...base, ...change })), 'unsupported-model', `config.json: ${key}`, found));
}

/** Files that contradict themselves or have a key of the wrong type. */
const BROKEN: readonly [parse: Parse, base: Json, change: Json][] = [
  [index, INDEX, { _class_name: 3 }],
  [index, INDEX, { unet: undefined }],
  [index, INDEX, { unet: 'UNet2DConditionModel' }],
  [parseTextEncoder, {}, { hidden_size: '768' }],
  [parseTextEncoder, {}, { num_attention_heads: 7 }],
  [parseTextEncoder, {}, { vocab_size: 0 }],
  [parseUNet, {}, { block_out_channels: [320, 640.5] }],
  [parseUNet, {}, { block_out_channels: [320, 650, 1280, 1280] }],
  [parseUNet, {}, { attention_head_dim: [8, 8] }],
  [parseUNet, {}, { attention_head_dim: 7 }],
  [parseUNet, {}, { flip_sin_to_cos: 1 }],
  [parseUNet, {}, { down_block_types: ['DownBlock2D'] }],
  [parseUNet, {}, { norm_eps: 'small' }],
  [parseVae, VAE, { norm_num_groups: 48 }],
  [parseVae, VAE, { scaling_factor: 0 }],
  [parseScheduler, {}, { num_train_timesteps: 1.5 }],
  [parseScheduler, {}, { set_alpha_to_one: 'no' }],
];
for (const [parse, base, change] of BROKEN) {
  const [[key, value]] = Object.entries(change) as [[string, unknown]];
  const named = key === 'num_attention_heads' ? key : key === 'norm_num_groups' ? 'block_out_channels' : key;
  test(`${key} ${JSON.stringify(value)} is a broken file`, () =>
    rejects(() => parse(file({ ...base, ...change })), 'bad-model', `config.json: ${named}`));
}

test('a UNet that is told the scale of guidance says how long its embedding is; others say nothing', async () => {
  const told = (json: Json) => parseUNet(new ConfigFile('config.json', json)).timeCondProjDim;
  assert.is(told({ time_cond_proj_dim: 256 }), 256);
  assert.is(told({ time_cond_proj_dim: null }), undefined);
  await rejects(() => told({ time_cond_proj_dim: '256' }), 'bad-model', 'config.json: time_cond_proj_dim');
});

test('an inpainting UNet takes its latents, a mask and the latents under it; v is one of the predictions', () => {
  assert.is(parseUNet(new ConfigFile('config.json', { in_channels: 9 })).inChannels, 9);
  const scheduler = parseScheduler(new ConfigFile('config.json', { prediction_type: 'v_prediction' }));
  assert.is(scheduler.predictionType, 'v_prediction');
});

test.run();
