/** How numbers and sizes are written in stable-diffusion-webui's `parameters` text. */
export const DIGITS = /^\d{1,16}$/;
export const DECIMAL = /^\d+(\.\d+)?$/;
export const SIZE = /^(\d{1,5})x(\d{1,5})$/;
