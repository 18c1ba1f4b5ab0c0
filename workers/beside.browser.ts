/**
 * What is open beside a model while a picture is drawn by others, in the browser: what steers it, and what IP-Adapters see by. Fetched with
 * the first picture that asks for either.
 */
import type { Manifest } from '../models/manifest';
import type { GraphOptions } from '../models/pack';
import type { ChosenControl, CountedIpAdapter } from './api';
import type { Backend } from './backend/backend';
import { imageTokens, type PreparedAdapter, preparedAdapters } from './imagePrompting';
import type { Planned } from './memory/drawingPlan';
import { promptingBytes } from './memory/promptingBytes';
import type { Parts } from './openStage';
import type { Records } from './store/records';
import { controlShelf, steeredBy } from './withControls.browser';
import { seeingNamed } from './withIpAdapters.browser';

/** What is asked for of them, to be drawn or to be told what that takes. */
export interface AskedBeside {
  readonly controls?: readonly Pick<ChosenControl, 'name'>[];
  readonly ipAdapters?: readonly CountedIpAdapter[];
}

export interface Beside {
  /** As it is planned with. */
  readonly planned: Pick<Planned, 'steering' | 'imageTokens' | 'before'>;
  /** As it is drawn with; `seeing` opens what computes IP-Adapters. */
  parts(seeing: () => Promise<Backend>): Promise<Pick<Parts, 'controls' | 'imagePrompts'>>;
  /** Gives up what was packed, once nothing is drawn any more. */
  close(): void;
}

/**
 * Of those that are kept among `records`, beside a model that is packed as `manifest` says. `proved`: to be drawn with, not only looked at.
 * Rejects as `steeredBy`, `seeingNamed` and `ipAdapting` do.
 */
export async function besideModel(
  { controls, ipAdapters }: AskedBeside,
  where: { readonly manifest: Manifest; readonly lowering: GraphOptions },
  records: Records,
  proved = true,
): Promise<Beside> {
  const steered = controls && (await steeredBy(controls, where, records, proved));
  const kept = controlShelf(records);
  const adapters: readonly PreparedAdapter[] = ipAdapters
    ? preparedAdapters(await seeingNamed(ipAdapters, kept, proved), where.manifest.description.unet)
    : [];
  const shown = ipAdapters
    ? { imageTokens: imageTokens({ adapters }, ipAdapters), before: promptingBytes({ adapters }) }
    : {};
  return {
    planned: { ...(steered ? { steering: steered.planned } : {}), ...shown },
    parts: async (seeing) => ({
      ...(steered ? { controls: steered.models } : {}),
      ...(ipAdapters ? { imagePrompts: { adapters, backend: await seeing() } } : {}),
    }),
    close: () => steered?.close(),
  };
}
