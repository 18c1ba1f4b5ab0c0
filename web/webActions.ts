/** Models from the web: catalogs, and addresses that somebody typed. */
import { signal } from '@preact/signals';
import { shelf } from './engines';
import { readKept, writeKept } from './kept';
import { asked, download } from './modelActions';
import { tell } from './state';

/** Somebody's own catalog; empty for the one that comes with the engine. */
export const catalogUrl = signal(readKept('catalog') ?? '');

/** None came the last time it was asked for. */
export const catalogFailed = signal(false);

/** Asks for the catalog at `url`; where it does not come, the one before stays. */
export async function learnCatalog(url = catalogUrl.value): Promise<void> {
  catalogFailed.value = false;
  const catalog = await asked(url ? shelf.catalog(url) : shelf.catalog());
  catalogFailed.value = !catalog;
  if (!catalog) return;
  tell({ type: 'learned', catalog });
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
