/**
 * The tensors of an IP-Adapter's file under the names that its graph asks for, those of diffusers 0.42.1 (`_convert_ip_adapter_image_proj_to_diffusers`
 * and `_convert_ip_adapter_attn_to_diffusers` in loaders/unet.py).
 */
import { crossAttentions } from '../graph/unet';
import type { UNetConfig } from '../sd15';
import type { Rows, TensorInfo, TensorSource } from '../tensorSource';

/** Where a tensor lies: by itself, or as one half of the rows of another. */
interface Where {
  readonly key: string;
  readonly half?: 0 | 1;
}

const PROJECTION = 'image_proj.';

/** Parts of the two plain projections, as they are published. */
const PLAIN: readonly (readonly [name: string, published: string])[] = [
  ['image_embeds.', 'proj.'],
  ['ff.net.0.proj.', 'proj.0.'],
  ['ff.net.2.', 'proj.2.'],
];

/** Parts of a resampler's layer, as they are published. */
const RESAMPLER: readonly (readonly [name: string, published: string])[] = [
  ['ln0.', '0.norm1.'],
  ['ln1.', '0.norm2.'],
  ['attn.to_q.', '0.to_q.'],
  ['attn.to_out.0.', '0.to_out.'],
  ['ff.0.', '1.0.'],
  ['ff.1.net.0.proj.', '1.1.'],
  ['ff.1.net.2.', '1.3.'],
];

/** `file` as the graph of an adapter for `unet` asks for it. Keys of cross-attentions are numbers, counted with self-attentions between them. */
export function adapterSource(file: TensorSource, kind: 'plain' | 'full' | 'plus', unet: UNetConfig): TensorSource {
  const attentions = new Map(crossAttentions(unet).map(({ scope }, i) => [scope, 2 * i + 1]));
  const whereIs = (name: string): Where => {
    const [, scope, layer] = /^(.*)\.(to_[kv]_ip\.weight)$/s.exec(name) ?? [];
    if (scope !== undefined) return { key: `ip_adapter.${attentions.get(scope)}.${layer}` };
    if (kind === 'plus') return resamplerKey(file, name);
    if (kind === 'full') return { key: PROJECTION + renamed(name.replace(/^norm\./, 'proj.3.'), PLAIN) };
    return { key: PROJECTION + renamed(name, PLAIN) };
  };
  return {
    name: file.name,
    names: () => file.names(),
    info(name) {
      const { key, half } = whereIs(name);
      const info = file.info(key);
      return info && half !== undefined ? halved(info) : info;
    },
    read(name, rows) {
      const { key, half } = whereIs(name);
      return file.read(key, half === undefined ? rows : within(file.info(key)!, half, rows));
    },
  };
}

/** Of a resampler's tensor. Keys and values are one layer as published, keys first; or under diffusers' names. */
function resamplerKey(file: TensorSource, name: string): Where {
  if (file.info(PROJECTION + name)) return { key: PROJECTION + name };
  const [, layer, rest] = /^(layers\.\d+\.)(.*)$/s.exec(name) ?? [];
  if (layer === undefined) return { key: PROJECTION + name };
  const [, which] = /^attn\.to_([kv])\.weight$/.exec(rest!) ?? [];
  if (which === undefined) return { key: PROJECTION + layer + renamed(rest!, RESAMPLER) };
  return { key: `${PROJECTION}${layer}0.to_kv.weight`, half: which === 'k' ? 0 : 1 };
}

function renamed(name: string, table: typeof PLAIN): string {
  const [from, to] = table.find(([own]) => name.startsWith(own)) ?? ['', ''];
  return to + name.slice(from.length);
}

const halved = ({ dtype, shape, bytes }: TensorInfo): TensorInfo => ({
  ...{ dtype, bytes: bytes / 2 },
  shape: [shape[0]! / 2, ...shape.slice(1)],
});

function within({ shape }: TensorInfo, half: 0 | 1, rows?: Rows): Rows {
  const count = shape[0]! / 2;
  const { begin, end } = rows ?? { begin: 0, end: count };
  return { begin: half * count + begin, end: half * count + end };
}
