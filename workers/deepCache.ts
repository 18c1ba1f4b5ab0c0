/**
 * A UNet that computes its deep layers in some calls only, and in between takes what they made last: DeepCache, Ma et al. 2023
 * (arXiv 2312.00858), at an even interval, as its package does (0.1.1, `DeepCacheSDHelper`).
 */
import type { Stage } from './backend/backend';
import { runEach } from './runEach';
import type { Tensor, Tensors } from './tensor';

/** The same UNet twice: `whole` hands out `deep_features`, `shallow` takes them in. */
export interface CutUnet {
  readonly whole: Stage;
  readonly shallow: Stage;
}

/** Such a UNet as one. */
export interface CachingUnet extends Stage {
  /** Said before each call of the denoiser, which may be several of the network. */
  begin(): void;
  /** Whether all these, together, would be computed from what is kept. */
  keeps(inputs: readonly Tensors[]): boolean;
}

/** The deep layers are computed in every `interval`th call of the denoiser, the first to begin with, and for hidden states that are new since. */
export function cachingUnet({ whole, shallow }: CutUnet, interval: number, signal: AbortSignal): CachingUnet {
  let call = -1;
  // By the hidden states that they were made with: each prompt has its own.
  const kept = new Map<Tensor, Tensor>();
  const outside = (inputs: readonly Tensors[]): Promise<Tensors[]> => {
    const withDeep = inputs.map((each) => ({ ...each, deep_features: kept.get(each.encoder_hidden_states!)! }));
    return runEach(shallow, withDeep, signal);
  };
  const all = async (inputs: readonly Tensors[]): Promise<Tensors[]> => {
    const outputs = await runEach(whole, inputs, signal);
    for (const [i, { deep_features }] of outputs.entries()) {
      kept.set(inputs[i]!.encoder_hidden_states!, deep_features!);
    }
    return outputs;
  };
  const keeps = (inputs: readonly Tensors[]): boolean =>
    inputs.every(({ encoder_hidden_states }) => kept.has(encoder_hidden_states!));
  const both = (inputs: readonly Tensors[]): Promise<Tensors[]> => (keeps(inputs) ? outside(inputs) : all(inputs));
  return {
    keeps,
    begin() {
      call++;
      if (call % interval === 0) kept.clear();
    },
    runEach: both,
    run: async (inputs) => (await both([inputs]))[0]!,
    async close() {
      await Promise.all([whole.close(), shallow.close()]);
    },
  };
}
