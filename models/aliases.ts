/** Other spellings of a tensor's name, looked up when the published one is not there. */
import type { TensorSource } from './tensorSource';

/** Names under which a diffusers folder may hold `key`, the published one first. */
export function spellings(key: string): string[] {
  // transformers 5 writes CLIPTextModel without the prefix.
  if (key.startsWith('text_model.')) return [key, key.slice('text_model.'.length)];
  // Before diffusers 0.14 the VAE's attention had names of its own (modeling_utils.py, `_fix_state_dict_keys_on_load`).
  if (!key.includes('.mid_block.attentions.')) return [key];
  const older = key
    .replace('.to_q.', '.query.')
    .replace('.to_k.', '.key.')
    .replace('.to_v.', '.value.')
    .replace('.to_out.0.', '.proj_attn.');
  return older === key ? [key] : [key, older];
}

/** `source` under published names; `spelled` lists those it may use itself, the likeliest first. */
export function withSpellings(source: TensorSource, spelled: (key: string) => string[] = spellings): TensorSource {
  const found = (key: string): string => spelled(key).find((name) => source.info(name)) ?? key;
  return {
    name: source.name,
    names: () => source.names(),
    info: (key) => source.info(found(key)),
    read: (key, rows) => source.read(found(key), rows),
  };
}
