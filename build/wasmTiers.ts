/**
 * V8 told to optimize a WebAssembly function only when it is truly hot, which is for specs: most draw a few steps of a tiny picture,
 * and optimizing ORT for that costs more than drawing it. What is computed stays the same.
 */

/** Bytes of code that a function runs before it is optimized; V8's own number is a hundred times less. */
export const LATER_TIERS = '--wasm-tiering-budget=1000000000';

/** The same for Node and its children, by NODE_OPTIONS, which takes no flags of V8. */
export const LATER_TIERS_IN_NODE = `--import=data:text/javascript,${encodeURIComponent(
  `import { setFlagsFromString } from 'node:v8'; setFlagsFromString('${LATER_TIERS}');`,
)}`;
