/** Other models than Stable Diffusion 1.x, by how many numbers their cross-attention takes of a text encoder, which 1.x has 768 of. */
export const OTHER_BASES: Readonly<Record<number, string>> = {
  1024: 'Stable Diffusion 2.x',
  2048: 'Stable Diffusion XL',
};
