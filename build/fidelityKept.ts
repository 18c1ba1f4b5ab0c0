/** A model whose networks stay open while what is drawn with it differs in nothing that they are built by. */
import { type KeptParts, keptOpen } from '../workers/quantize/evaluate/keptOpen';
import type { FidelityCase } from './fidelity';

type Kept = { readonly of: string; readonly parts: KeptParts };

/** For cases that ask for samplers, spacings and random numbers alone: their size, and whether they are guided, say which networks. */
export function keptFor(parts: Parameters<typeof keptOpen>[0]) {
  let kept: Kept | undefined;
  const close = async (): Promise<void> => {
    await kept?.parts.close();
    kept = undefined;
  };
  return {
    close,
    async partsOf({ width, height, guidanceScale }: FidelityCase): Promise<KeptParts> {
      const of = `${width} × ${height}${guidanceScale > 1 ? ', guided' : ''}`;
      if (kept?.of !== of) await close();
      kept ??= { of, parts: keptOpen(parts) };
      return kept.parts;
    },
  };
}
