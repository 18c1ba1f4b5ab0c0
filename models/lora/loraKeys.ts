/**
 * The key namings of LoRA files: kohya's (`lora_unet_….lora_down.weight`, sd-scripts), PEFT's (`unet.….lora_A.weight`,
 * diffusers since 0.18) and diffusers' older ones (`….processor.to_q_lora.down.weight`, `….lora.down.weight`).
 */

/** `mid` is the k×k kernel between two 1×1 ones of a LoCon convolution (LyCORIS). */
export type LoraRole = 'down' | 'up' | 'mid' | 'alpha';

export interface LoraKey {
  /** The layer that is changed, as the file calls it. */
  readonly module: string;
  readonly role: LoraRole;
}

type Reading = readonly [pattern: RegExp, read: (match: readonly string[]) => LoraKey];

const READINGS: readonly Reading[] = [
  [/^(.+)\.lora_(down|up|mid)\.weight$/, ([, module, role]) => ({ module: module!, role: role as LoraRole })],
  [/^(.+)\.alpha$/, ([, module]) => ({ module: module!, role: 'alpha' })],
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

/** What `key` is of which layer, or `undefined` where it is no part of a LoRA. */
export function readLoraKey(key: string): LoraKey | undefined {
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
