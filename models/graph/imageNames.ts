/** Names of what an IP-Adapter makes and a UNet takes in. */

/** Of cross-attention `scope`, for adapter `index`: as outputs here, as inputs of the UNet's. */
export const imageKeysName = (scope: string, index = 0): string => `image_keys_${index}.${scope}`;
export const imageValuesName = (scope: string, index = 0): string => `image_values_${index}.${scope}`;
