/**
 * Node told that it has one core, which is for specs: as many run at a time as there are cores, and one more. Were each to take
 * every core, ORT's threads, which spin where they wait for one another, would spin on the cores that the others compute on. What is
 * computed stays the same; that more threads compute the same is for specs that ask for some, and for those in a browser, which has its cores.
 */

/** By NODE_OPTIONS, which Node's children inherit. */
export const ONE_CORE_IN_NODE = `--import=data:text/javascript,${encodeURIComponent(
  `import os from 'node:os'; import { syncBuiltinESMExports } from 'node:module'; os.availableParallelism = () => 1; syncBuiltinESMExports();`,
)}`;
