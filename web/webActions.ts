/** Models from the web: catalogs, and addresses that somebody typed. */
import { signal } from '@preact/signals';
import { shelf } from './engines';
import { readKept, writeKept } from './kept';
import { asked, download } from './modelActions';
import { state, tell } from './state';

/** Somebody's own catalog; empty for the one that comes with the engine. */
export const catalogUrl = signal(readKept('catalog') ?? '');

/** Asks for the catalog at `url`; where it does not come, the one before stays. */
export async function learnCatalog(url = catalogUrl.value): Promise<void> {
  const catalog = await asked(url ? shelf.catalog(url) : shelf.catalog());
  tell({ type: 'learned', catalog: catalog ?? state.value.catalog ?? [] });
  if (!catalog) return;
  catalogUrl.value = url;
  writeKept('catalog', url || null);
}

/** Fetches the model, or the catalog, at `text`. False where that is no address. */
export function openAddress(text: string): boolean {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) return false;
  const { pathname } = new URL(text);
  if (pathname.endsWith('.json')) void learnCatalog(text);
  else download({ name: fileName(pathname) || new URL(text).hostname, urls: [text] });
  return true;
}

/** The end of a path, as people write it. */
function fileName(pathname: string): string {
  const name = pathname.split('/').at(-1)!;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
