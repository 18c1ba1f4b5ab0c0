/** An image encoder and IP-Adapters for the demo model, as `spec/vectors/recipes/ip_adapters.py` builds them: nothing of them is stored. */
import type { ClipVisionConfig } from '../models/graph/clipVision';
import { HEAD_CHANNELS, PLAIN_TOKENS } from '../models/graph/ipAdapter';
import { crossAttentions } from '../models/graph/unet';
import { type ImageEncoder, openImageEncoder } from '../models/ipAdapter/openImageEncoder';
import { type IpAdapter, openIpAdapter } from '../models/ipAdapter/openIpAdapter';
import { encodeSafetensors } from '../models/safetensorsWriter';
import type { UNetConfig } from '../models/sd15';
import type { ByteSource, Folder } from '../models/source';
import { uniform } from './hashed';

export const EYE: Omit<ClipVisionConfig, 'layerNormEps' | 'hiddenAct'> = {
  ...{ hiddenSize: 48, intermediateSize: 80, numHiddenLayers: 3, numAttentionHeads: 3 },
  ...{ imageSize: 56, patchSize: 14, projectionDim: 40 },
};

export type AdapterKind = 'plain' | 'full' | 'plus';

type Shapes = Readonly<Record<string, readonly number[]>>;

/** Weights as transformers has them. */
function eyeShapes(): Shapes {
  const { hiddenSize: width, intermediateSize: wide, patchSize, imageSize, projectionDim } = EYE;
  const embeddings = 'vision_model.embeddings';
  const norm = (scope: string): Shapes => ({ [`${scope}.weight`]: [width], [`${scope}.bias`]: [width] });
  const linear = (scope: string, to: number, from: number): Shapes => ({
    [`${scope}.weight`]: [to, from],
    [`${scope}.bias`]: [to],
  });
  const layers = Array.from({ length: EYE.numHiddenLayers }, (_, i): Shapes => {
    const scope = `vision_model.encoder.layers.${i}`;
    const projections = ['q_proj', 'k_proj', 'v_proj', 'out_proj'];
    return {
      ...Object.assign({}, ...projections.map((name) => linear(`${scope}.self_attn.${name}`, width, width))),
      ...norm(`${scope}.layer_norm1`),
      ...norm(`${scope}.layer_norm2`),
      ...linear(`${scope}.mlp.fc1`, wide, width),
      ...linear(`${scope}.mlp.fc2`, width, wide),
    };
  });
  return {
    [`${embeddings}.class_embedding`]: [width],
    [`${embeddings}.patch_embedding.weight`]: [width, 3, patchSize, patchSize],
    [`${embeddings}.position_embedding.weight`]: [(imageSize / patchSize) ** 2 + 1, width],
    ...norm('vision_model.pre_layrnorm'),
    ...norm('vision_model.post_layernorm'),
    ...Object.assign({}, ...layers),
    'visual_projection.weight': [projectionDim, width],
  };
}

const [QUERIES, WIDTH, HEADS, LAYERS] = [5, 32, 1, 4] as const;

/** Weights as they are published. */
function adapterShapes(kind: AdapterKind, unet: UNetConfig): Shapes {
  const width = unet.crossAttentionDim;
  const attentions = crossAttentions(unet).flatMap(({ channels }, i) =>
    ['to_k_ip', 'to_v_ip'].map((key) => [`ip_adapter.${2 * i + 1}.${key}.weight`, [channels, width]] as const),
  );
  const projection = Object.entries(projectionShapes(kind, width)).map(
    ([key, shape]) => [`image_proj.${key}`, shape] as const,
  );
  return Object.fromEntries([...projection, ...attentions]);
}

function projectionShapes(kind: AdapterKind, width: number): Shapes {
  const { hiddenSize: seen, projectionDim } = EYE;
  const rows = PLAIN_TOKENS * width;
  if (kind === 'plain')
    return { 'proj.weight': [rows, projectionDim], 'proj.bias': [rows], 'norm.weight': [width], 'norm.bias': [width] };
  if (kind === 'full')
    return {
      ...{
        'proj.0.weight': [seen, seen],
        'proj.0.bias': [seen],
        'proj.2.weight': [width, seen],
        'proj.2.bias': [width],
      },
      ...{ 'proj.3.weight': [width], 'proj.3.bias': [width] },
    };
  const inner = HEAD_CHANNELS * HEADS;
  const layers = Array.from({ length: LAYERS }, (_, i) => {
    const of: Shapes = {
      ...{ '0.norm1.weight': [WIDTH], '0.norm1.bias': [WIDTH], '0.norm2.weight': [WIDTH], '0.norm2.bias': [WIDTH] },
      ...{ '0.to_q.weight': [inner, WIDTH], '0.to_kv.weight': [2 * inner, WIDTH], '0.to_out.weight': [WIDTH, inner] },
      ...{ '1.0.weight': [WIDTH], '1.0.bias': [WIDTH] },
      ...{ '1.1.weight': [4 * WIDTH, WIDTH], '1.3.weight': [WIDTH, 4 * WIDTH] },
    };
    return Object.entries(of).map(([key, shape]) => [`layers.${i}.${key}`, shape] as const);
  });
  return {
    ...{ latents: [1, QUERIES, WIDTH], 'proj_in.weight': [WIDTH, seen], 'proj_in.bias': [WIDTH] },
    ...Object.fromEntries(layers.flat()),
    ...{
      'proj_out.weight': [width, WIDTH],
      'proj_out.bias': [width],
      'norm_out.weight': [width],
      'norm_out.bias': [width],
    },
  };
}

/** A file of such weights out of a hash of `name`. */
function hashedFile(name: string, shapes: Shapes): Uint8Array {
  const tensors = Object.entries(shapes).map(([key, shape]) => {
    const count = shape.reduce((product, size) => product * size, 1);
    const spread = shape.length === 1 ? 0.2 : Math.sqrt(12 / (count / shape[0]!));
    const mean = shape.length === 1 && key.endsWith('.weight') ? 1 : 0;
    return {
      name: key,
      dtype: 'F32' as const,
      shape,
      data: new Uint8Array(uniform(`${name}/${key}`, count, spread, mean).buffer),
    };
  });
  return encodeSafetensors(tensors);
}

export const eyeFile = (): Uint8Array => hashedFile('eye', eyeShapes());
export const adapterFile = (kind: AdapterKind, unet: UNetConfig): Uint8Array =>
  hashedFile(kind, adapterShapes(kind, unet));

/** What stands beside such a file. */
export const eyeConfig = (act: 'gelu' | 'quick_gelu' = 'gelu') => ({
  model_type: 'clip_vision_model',
  ...{ hidden_size: EYE.hiddenSize, num_attention_heads: EYE.numAttentionHeads, hidden_act: act },
});

const inMemory = (name: string, bytes: Uint8Array): ByteSource => ({
  ...{ name, size: bytes.length },
  read: async (start, end) => bytes.slice(start, end),
});

export function hashedEncoder(act?: 'gelu' | 'quick_gelu'): Promise<ImageEncoder> {
  const files = new Map([
    ['config.json', new TextEncoder().encode(JSON.stringify(eyeConfig(act)))],
    ['model.safetensors', eyeFile()],
  ]);
  const folder: Folder = {
    ...{ name: 'eye', place: 'eye', paths: () => [...files.keys()] },
    file: async (path) => (files.has(path) ? inMemory(path, files.get(path)!) : undefined),
  };
  return openImageEncoder(folder);
}

export const hashedIpAdapter = (kind: AdapterKind, unet: UNetConfig): Promise<IpAdapter> =>
  openIpAdapter(inMemory(`${kind}.safetensors`, adapterFile(kind, unet)));
