/** Several inputs for one network. */
import type { Stage } from './backend/backend';
import type { Tensors } from './tensor';

/** As the network does it best, else one after another; of those, none begins once `signal` is aborted. */
export async function runEach(stage: Stage, all: readonly Tensors[], signal: AbortSignal): Promise<Tensors[]> {
  if (stage.runEach) return stage.runEach(all);
  const outputs: Tensors[] = [];
  for (const each of all) {
    signal.throwIfAborted();
    outputs.push(await stage.run(each));
  }
  return outputs;
}
