/** `model_index.json` of the diffusers layout: which pipeline this is, and of which classes its parts are. */
import { shown } from '../refuse';
import type { ConfigFile } from './configFile';

/** The classes that the graphs implement, by folder. */
const PARTS = {
  text_encoder: 'CLIPTextModel',
  unet: 'UNet2DConditionModel',
  vae: 'AutoencoderKL',
} as const;

/** Pipelines whose networks are those of text to image, but for the channels that an inpainting UNet takes. */
const PIPELINES = ['StableDiffusionPipeline', 'StableDiffusionImg2ImgPipeline', 'StableDiffusionInpaintPipeline'];

/** Refuses every pipeline but Stable Diffusion 1.x, by the name found. */
export function checkModelIndex(index: ConfigFile): void {
  const pipeline = index.value('_class_name');
  if (typeof pipeline !== 'string') throw index.wrong('_class_name', 'the name of a pipeline', pipeline);
  if (!PIPELINES.includes(pipeline)) throw index.unsupported('_class_name', PIPELINES[0]!);
  for (const extra of ['text_encoder_2', 'tokenizer_2', 'transformer', 'image_projection', 'prior']) {
    if (className(index, extra) !== undefined) throw index.unsupported(extra, 'no such part');
  }
  for (const [part, expected] of Object.entries(PARTS)) {
    const found = className(index, part);
    if (found === undefined) throw index.wrong(part, `["library", "${expected}"]`, index.value(part));
    if (found !== expected) throw index.unsupported(part, expected);
  }
}

/** The class of a part, which is written `[library, class]`; `[null, null]` stands for a part left out. */
function className(index: ConfigFile, part: string): string | undefined {
  const value = index.value(part);
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length !== 2) throw index.wrong(part, '[library, class]', value);
  const name: unknown = value[1] ?? undefined;
  if (name !== undefined && typeof name !== 'string') throw index.wrong(part, '[library, class]', shown(value));
  return name;
}
