/**
 * What a safetensors file is that is not a Stable Diffusion 1.x model, told by its tensors' names, so that whoever opened
 * it learns what it is instead of which tensor it lacks.
 */
import { badModel, someTensors, unsupportedModel } from '../refuse';
import type { Safetensors } from '../safetensors';
import { lastPart } from '../stem';
import type { TensorSource } from '../tensorSource';

const CHECKPOINT = 'a Stable Diffusion 1.x checkpoint';

const SDXL = /^conditioner\.embedders\.|\.label_emb\.0\.0\.|(^|\.)add_embedding\.linear_1\./;

const TINY_VAE = 'a tiny VAE (TAESD)';
const IP_ADAPTER = 'an IP-Adapter';
const IMAGE_ENCODER = 'an image encoder (CLIP vision)';

/** Names found in one kind of file alone, the more telling first. */
const KINDS: readonly (readonly [names: RegExp, kind: string])[] = [
  [SDXL, 'a Stable Diffusion XL model'],
  [/^cond_stage_model\.model\./, 'a Stable Diffusion 2.x model (its text encoder is OpenCLIP)'],
  [/(^|\.)joint_blocks\.\d/, 'a Stable Diffusion 3 model'],
  [/(^|\.)(double_blocks|single_transformer_blocks)\.\d/, 'a Flux model'],
  [/^control_model\.|controlnet_cond_embedding|^lllite_|controlnet_down_blocks/, 'a ControlNet'],
  [/^(adapter\.)?body\.0\.(resnets\.0\.)?(block1|in_conv)\.weight$/, 'a T2I-adapter'],
  [/motion_modules\./, 'an AnimateDiff motion module'],
  [/^(image_proj|ip_adapter)\./, IP_ADAPTER],
  [/^vision_model\.embeddings\.class_embedding$/, IMAGE_ENCODER],
  [/^((de|en)coder\.layers\.)?\d+\.conv\.0\.weight$/, TINY_VAE],
  [/\.lora_(up|down|A|B)\.|\.lora\.(up|down)\.|_lora\.(up|down)\.|\.hada_w1_a$|\.lokr_w1/, 'a LoRA'],
  [/^emb_params$|^string_to_param/, 'a textual inversion'],
  [/^conv_first\.|^model\.\d+\.(weight|sub\.)|^params_ema\.|\.residual_group\./, 'an upscaler'],
  [
    /^(model\.diffusion_model\.|diffusion_model\.|transformer\.)?(transformer_blocks|blocks|layers)\.\d/,
    'a diffusion transformer',
  ],
];

/** How to use what is not a model by itself. */
const USES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['a ControlNet', 'a T2I-adapter'].map((kind) => [
      kind,
      `${CHECKPOINT} (${kind} is used beside one: --control FILE, or under “Control” in the page's settings)`,
    ]),
  ),
  [TINY_VAE]: `${CHECKPOINT} (a tiny VAE is used beside one: --tiny-vae FILE, or in the page's settings)`,
  [IP_ADAPTER]: `${CHECKPOINT} (an IP-Adapter is used beside one: --ip-adapter FILE, or under “Control” in the page's settings)`,
  [IMAGE_ENCODER]: `${CHECKPOINT} (an image encoder is used with an IP-Adapter: --ip-encoder PATH, or under “Control” in the page's settings)`,
  'a LoRA': `${CHECKPOINT} (a LoRA is added to one: --lora FILE, or in the page's options for a model)`,
};

/** Throws where `file` is a whole of another kind: `unsupported-model` with its name. */
export function refuseStrangers(file: TensorSource): void {
  const names = file.names();
  const kind = kindOf(names);
  if (kind !== undefined) throw unsupportedModel(file.name, USES[kind] ?? CHECKPOINT, kind);
  // A textual inversion by itself: a few vectors as wide as a text encoder.
  const [only, ...more] = names;
  const shape = only === undefined ? [] : file.info(only)!.shape;
  if (more.length === 0 && shape.length === 2 && [768, 1024, 1280].includes(shape[1]!)) {
    throw unsupportedModel(file.name, CHECKPOINT, 'a textual inversion');
  }
}

const kindOf = (names: readonly string[]): string | undefined =>
  KINDS.find(([pattern]) => names.some((name) => pattern.test(name)))?.[1];

/** Throws `unsupported-model` where `file` is known to be of another kind than the `wanted` ones. */
export function refuseOtherThan(file: TensorSource, wanted: string, ...own: readonly string[]): void {
  const kind = kindOf(file.names());
  if (kind !== undefined && !own.includes(kind)) throw unsupportedModel(file.name, wanted, kind);
}

/**
 * Throws where `file` says that its VAE is that of Stable Diffusion XL: in its metadata, by the rest of an SDXL model, or
 * in its name. Its tensors are those of 1.x, name for name and shape for shape, but its latents are scaled by 0.13025
 * instead of 0.18215: pictures would come out washed.
 */
export function refuseSdxlVae(file: Safetensors): void {
  const said = saysSdxl(file);
  if (said !== undefined) throw unsupportedModel(`${file.name}: VAE`, 'one of Stable Diffusion 1.x', said);
}

/** By what `file` says that it is Stable Diffusion XL's, if it does. */
export function saysSdxl(file: Safetensors): string | undefined {
  const architecture = file.metadata.get('modelspec.architecture') ?? '';
  if (/^stable-diffusion-xl/i.test(architecture)) return `modelspec.architecture ${architecture}`;
  if (file.names().some((name) => SDXL.test(name))) return 'part of a Stable Diffusion XL model';
  if (/sd_?-?xl/i.test(lastPart(file.name))) return 'that of SDXL by its name (if it is not, rename it)';
  return undefined;
}

/** `bad-model` saying which networks are missing, and the way out. */
export function refuseIncomplete(
  file: TensorSource,
  found: Readonly<Record<'unet' | 'vae' | 'text encoder', boolean>>,
): void {
  const parts = Object.entries(found);
  const missing = parts.filter(([, there]) => !there).map(([part]) => part);
  if (missing.length === 0) return;
  const present = parts.filter(([, there]) => there).map(([part]) => part);
  if (present.length === 0) {
    const names = someTensors(file.names());
    throw badModel(file.name, `tensors of ${CHECKPOINT}, such as model.diffusion_model.input_blocks.0.0.weight`, names);
  }
  const whole = 'UNet, VAE and text encoder in one file';
  const wayOut = missing.join() === 'vae' ? `${whole}, or a VAE file beside it (--vae FILE)` : whole;
  throw badModel(file.name, wayOut, `a file with ${present.join(' and ')}, without ${missing.join(' and ')}`);
}
