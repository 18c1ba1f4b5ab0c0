/** Imports that were cut off, opened again through the handles that the store has kept. */
import type { Freeable, ImportOptions, PickedFile } from '../workers/api';
import { filesOf, type Handle } from './handles';

/**
 * What an import that was cut off reads, opened again after the browser has asked; called in a click. Rejects where
 * that is not allowed, and where something is not there any more.
 */
export async function reopened({ handles, options = {} }: Freeable): Promise<[PickedFile[], ImportOptions]> {
  const { source, loras, vae } = handles!;
  for (const handle of [source, ...loras, ...(vae ? [vae] : [])] as Handle[]) {
    if ((await handle.requestPermission?.({ mode: 'read' })) === 'denied') throw new Error(handle.name);
  }
  const one = async (handle: object): Promise<PickedFile> => (await filesOf(handle as Handle))[0]!;
  const { loras: weighed = [], vae: _, ...rest } = options;
  const again: ImportOptions = {
    ...rest,
    handle: source,
    loras: await Promise.all(loras.map(async (lora, i) => ({ file: await one(lora), weight: weighed[i]!.weight }))),
    ...(vae ? { vae: await one(vae) } : {}),
  };
  return [await filesOf(source as Handle), again];
}
