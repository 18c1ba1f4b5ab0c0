/**
 * Image encoders of IP-Adapters: `CLIPVisionModelWithProjection` as transformers writes it, a folder with its `config.json`, or the file alone
 * where its sizes are those of an encoder that was published, as other programs keep it. Sizes are read off the tensors.
 */
import { ConfigFile } from '../configs/configFile';
import { parseVision, type VisionHow } from '../configs/visionConfig';
import { bytesOf, floatsOf } from '../floats';
import { type ClipVisionConfig, type ClipVisionOutput, clipVision, PATCHES, POSITIONS } from '../graph/clipVision';
import { NO_PICKLES, openTensors } from '../openTensors';
import { badModel, someTensors } from '../refuse';
import { type RunOnce, runOnce } from '../runOnce';
import { refuseOtherThan } from '../singleFile/strangers';
import type { ByteSource, Folder } from '../source';
import { stem } from '../stem';
import type { TensorSource } from '../tensorSource';

/** What it is, and its tensors as its graph asks for them. */
export interface ImageEncoder {
  readonly name: string;
  readonly config: ClipVisionConfig;
  readonly source: TensorSource;
}

const WANTED = 'the image encoder of an IP-Adapter (a CLIP vision model of transformers)';
/** Of a folder, the first that is there. */
export const ENCODER_FILES: readonly string[] = ['model.safetensors', 'model.fp16.safetensors'];
const CLASS = 'vision_model.embeddings.class_embedding';
const PROJECTION = 'visual_projection.weight';

/** Of published encoders, by their width and layers: ViT-B/16 and B/32, ViT-L/14, ViT-H/14 and ViT-bigG/14 (OpenCLIP's have the exact gelu). */
const PUBLISHED: readonly (readonly [width: number, layers: number, how: VisionHow])[] = [
  [768, 12, { numAttentionHeads: 12, hiddenAct: 'quick_gelu', layerNormEps: 1e-5 }],
  [1024, 24, { numAttentionHeads: 16, hiddenAct: 'quick_gelu', layerNormEps: 1e-5 }],
  [1280, 32, { numAttentionHeads: 16, hiddenAct: 'gelu', layerNormEps: 1e-5 }],
  [1664, 48, { numAttentionHeads: 16, hiddenAct: 'gelu', layerNormEps: 1e-5 }],
];

/** Whether a file shows by its names that it is one. */
export const isImageEncoder = (file: TensorSource): boolean =>
  file.info(CLASS) !== undefined && file.info(`${PATCHES}.weight`) !== undefined;

/**
 * Opens a folder or a file, which a config may have stood beside that `said` how it computes. `bad-model` where it is broken, holds no such encoder or, a file, does not tell what it is; `unsupported-model`
 * where it is something else, by name.
 */
export async function openImageEncoder(input: ByteSource | Folder, said?: VisionHow): Promise<ImageEncoder> {
  if (!('paths' in input)) return opened(input, input.name, said);
  const how = parseVision(await ConfigFile.open(input, 'config.json'));
  for (const path of ENCODER_FILES) {
    const file = await input.file(path);
    if (file) return opened(file, input.place, how);
  }
  const pickled = input.paths().find((path) => /^[^/]*\.(bin|pt|pth)$/.test(path));
  if (pickled !== undefined) throw badModel(`${input.place}: ${pickled}`, NO_PICKLES, 'a pickle');
  throw badModel(`${input.place}: ${ENCODER_FILES[0]}`, 'this file', 'none');
}

async function opened(file: ByteSource, called: string, said?: VisionHow): Promise<ImageEncoder> {
  const tensors = await openTensors(file);
  if (!isImageEncoder(tensors)) {
    refuseOtherThan(tensors, WANTED, '');
    throw badModel(tensors.name, `${WANTED}, with tensors such as ${CLASS}`, someTensors(tensors.names()));
  }
  const sizes = sizesOf(tensors);
  const how = said ?? published(tensors.name, sizes);
  const { hiddenSize } = sizes;
  if (hiddenSize % how.numAttentionHeads !== 0)
    throw badModel(`${called}: num_attention_heads`, `a divisor of ${hiddenSize}`, `${how.numAttentionHeads}`);
  const encoder = { name: stem(called), config: { ...sizes, ...how }, source: asGraph(tensors) };
  imageEncoding(encoder, 'image_embeds');
  return encoder;
}

type Sizes = Omit<ClipVisionConfig, keyof VisionHow>;

function published(name: string, { hiddenSize, numHiddenLayers }: Sizes): VisionHow {
  const found = PUBLISHED.find(([width, layers]) => width === hiddenSize && layers === numHiddenLayers);
  if (found) return found[2];
  const known = PUBLISHED.map(([width, layers]) => `${width} wide with ${layers} layers`).join(', ');
  const expected = `its folder, whose config.json says how many heads it has; of a file alone, ${known}`;
  throw badModel(`${name}: image encoder`, expected, `${hiddenSize} wide with ${numHiddenLayers} layers`);
}

function sizesOf(file: TensorSource): Sizes {
  const shape = (key: string, length: number): readonly number[] => {
    const found = file.info(key)?.shape;
    if (found?.length === length) return found;
    throw badModel(`${file.name}: ${key}`, `a tensor of ${length} sizes`, found ? `[${found}]` : 'none');
  };
  const [hiddenSize, , patchSize] = shape(`${PATCHES}.weight`, 4) as [number, number, number];
  const [positions] = shape(`${POSITIONS}.weight`, 2) as [number];
  const side = Math.round(Math.sqrt(positions - 1));
  if (side < 1 || side ** 2 !== positions - 1)
    throw badModel(`${file.name}: ${POSITIONS}.weight`, 'one row more than a square', `${positions}`);
  let numHiddenLayers = 0;
  while (file.info(`${layer(numHiddenLayers)}.mlp.fc1.weight`)) numHiddenLayers++;
  if (numHiddenLayers < 2) throw badModel(`${file.name}: layers`, '2 at least', `${numHiddenLayers}`);
  const [intermediateSize] = shape(`${layer(0)}.mlp.fc1.weight`, 2) as [number];
  const [projectionDim] = shape(PROJECTION, 2) as [number];
  return { hiddenSize, patchSize, imageSize: side * patchSize, numHiddenLayers, intermediateSize, projectionDim };
}

const layer = (i: number): string => `vision_model.encoder.layers.${i}`;

/** The kernel of patches as the weights of a linear layer; what stands for the whole picture as part of the first position. */
function asGraph(file: TensorSource): TensorSource {
  const [patches, positions] = [`${PATCHES}.weight`, `${POSITIONS}.weight`];
  return {
    name: file.name,
    names: () => file.names(),
    info(key) {
      const info = file.info(key);
      if (key === patches && info) {
        const [width, ...patch] = info.shape as [number, ...number[]];
        return { ...info, shape: [width, patch.reduce((product, size) => product * size, 1)] };
      }
      if (key !== positions || !info) return info;
      return { dtype: 'F32', shape: info.shape, bytes: 4 * info.shape[0]! * info.shape[1]! };
    },
    async read(key, rows) {
      if (key !== positions) return file.read(key, rows);
      const all = Float32Array.from(await floatsOf(file, key, rows));
      if ((rows?.begin ?? 0) === 0) {
        const whole = await floatsOf(file, CLASS);
        for (const [i, value] of whole.entries()) all[i]! += value;
      }
      return bytesOf(all);
    },
  };
}

/** What it is to be run for. `bad-model` where a tensor is missing or of another shape. */
export const imageEncoding = ({ name, config, source }: ImageEncoder, output: ClipVisionOutput): RunOnce =>
  runOnce(name, (net) => clipVision(net, config, output, { batch: 1 }), source);
