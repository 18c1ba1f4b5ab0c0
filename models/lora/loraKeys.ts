/**
 * The key namings of LoRA files: kohya's (`lora_unet_….lora_down.weight`, sd-scripts), PEFT's (`unet.….lora_A.weight`,
 * diffusers since 0.18) and diffusers' older ones (`….processor.to_q_lora.down.weight`, `….lora.down.weight`); and what
 * LyCORIS (4.1) adds to kohya's and PEFT's: `….hada_w1_a`, `….lokr_w1`, `….diff`, `….oft_blocks`, `….on_input`, `….a1.weight`.
 */

/** Parts of one layer's change; kinds/ says what each kind makes of them. */
export const LORA_ROLES = [
  ...['down', 'up', 'mid', 'alpha', 'dora_scale', 'magnitude', 'diff', 'diff_b'],
  ...['hada_w1_a', 'hada_w1_b', 'hada_w2_a', 'hada_w2_b', 'hada_t1', 'hada_t2'],
  ...['lokr_w1', 'lokr_w1_a', 'lokr_w1_b', 'lokr_w2', 'lokr_w2_a', 'lokr_w2_b', 'lokr_t2'],
  ...['oft_blocks', 'rescale', 'on_input', 'ia3', 'a1', 'a2', 'b1', 'b2', 'bm'],
] as const;
export type LoraRole = (typeof LORA_ROLES)[number];

export interface LoraKey {
  /** The layer that is changed, as the file calls it. */
  readonly module: string;
  readonly role: LoraRole;
}

type Reading = readonly [pattern: RegExp, read: (match: readonly string[]) => LoraKey];

const READINGS: readonly Reading[] = [
  [/^(.+)\.lora_(down|up|mid)\.weight$/, ([, module, role]) => ({ module: module!, role: role as LoraRole })],
  [
    /^(.+)\.(alpha|dora_scale|diff|diff_b|oft_blocks|rescale|on_input)$/,
    ([, module, role]) => ({ module: module!, role: role as LoraRole }),
  ],
  [/^(.+)\.([ab][12]|bm)\.weight$/, ([, module, role]) => ({ module: module!, role: role as LoraRole })],
  // LyCORIS of normalizations.
  [/^(.+)\.([wb])_norm$/, ([, module, which]) => ({ module: module!, role: which === 'w' ? 'diff' : 'diff_b' })],
  [
    /^(?:base_model\.model\.)?(.+)\.(hada_(?:w[12]_[ab]|t[12])|lokr_(?:w[12](?:_[ab])?|t2))(?:\.default)?$/,
    ([, module, role]) => ({ module: module!, role: role as LoraRole }),
  ],
  [
    /^(?:base_model\.model\.)?(.+)\.lora_magnitude_vector(?:\.default)?(?:\.weight)?$/,
    ([, module]) => ({ module: module!, role: 'magnitude' }),
  ],
  [
    /^(?:base_model\.model\.)?(.+)\.lora_([AB])(?:\.\w+)?\.weight$/,
    ([, module, factor]) => ({ module: module!, role: factor === 'A' ? 'down' : 'up' }),
  ],
  [
    /^(.+?)(?:\.processor)?\.to_(q|k|v|out)_lora\.(down|up)\.weight$/,
    ([, scope, projection, role]) => ({ module: `${scope}.${layerOf(scope!, projection!)}`, role: role as LoraRole }),
  ],
  [
    /^(.+)\.lora(?:_linear_layer)?\.(down|up)\.weight$/,
    ([, module, role]) => ({ module: module!, role: role as LoraRole }),
  ],
];

/** What `key` is of which layer, or `undefined` where it is no part of a LoRA; `has` says which keys the file has. */
export function readLoraKey(key: string, has: (key: string) => boolean): LoraKey | undefined {
  // Every checkpoint has keys that end like this.
  const module = key.replace(/\.weight$/, '');
  if (module !== key && has(`${module}.on_input`)) return { module, role: 'ia3' };
  for (const [pattern, read] of READINGS) {
    const match = pattern.exec(key);
    if (match) return read(match as readonly string[]);
  }
  return undefined;
}

/** CLIP's attention calls its layers otherwise than the UNet's. */
function layerOf(scope: string, projection: string): string {
  if (scope.endsWith('self_attn')) return projection === 'out' ? 'out_proj' : `${projection}_proj`;
  return projection === 'out' ? 'to_out.0' : `to_${projection}`;
}
