/** Names of what an IP-Adapter makes and a UNet takes in, and of where in a picture. */

/** Of cross-attention `scope`, for place `index` among its image tokens: as outputs here, as inputs of the UNet's. */
export const imageKeysName = (scope: string, index = 0): string => `image_keys_${index}.${scope}`;
export const imageValuesName = (scope: string, index = 0): string => `image_values_${index}.${scope}`;
export const imageMaskName = (scope: string, index: number): string => `image_mask_${index}.${scope}`;
