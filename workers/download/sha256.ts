/** SHA-256 that can stop and go on; a file of its own, fetched when the first model is downloaded. */
export { createSHA256 } from 'hash-wasm';
