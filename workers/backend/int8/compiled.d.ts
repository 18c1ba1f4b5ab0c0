/** Modules that build/kernels.mjs compiles. */
declare module 'kernels:*' {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
