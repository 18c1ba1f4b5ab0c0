/** Takes pictures and models out of the page: into a file, or through the device's share sheet. */

import { sayToApp } from './bridge';
import type { Drawn } from './drawing';
import { bringLateParts } from './lateParts';

async function toFile(drawn: Drawn): Promise<File> {
  const { fileName, toPng } = await bringLateParts();
  return new File([await toPng(drawn)], fileName(drawn), { type: 'image/png' });
}

export async function saveAsFile(drawn: Drawn): Promise<void> {
  const file = await toFile(drawn);
  saveBlob(file, file.name);
}

export function saveBlob(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  sayToApp({ type: 'saving', url, name });
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download reads the URL after the click returns; a minute is ample, and a leak otherwise.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Whether this browser can share pictures at all. */
export function canShare(): boolean {
  const probe = new File([new Uint8Array(1)], 'a.png', { type: 'image/png' });
  return typeof navigator.share === 'function' && navigator.canShare?.({ files: [probe] }) === true;
}

/** Resolves when the share sheet closes, also where the person changed their mind. */
export async function share(drawn: Drawn): Promise<void> {
  try {
    await navigator.share({ files: [await toFile(drawn)], text: drawn.request.prompt });
  } catch (error) {
    if (!(error instanceof Error && error.name === 'AbortError')) throw error;
  }
}
