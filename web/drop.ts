/** Models dropped anywhere on the page. */
import { signal } from '@preact/signals';
import { type DroppedEntry, pickedEntries } from './dropped';
import { openPicked, unreadable } from './modelActions';
import { takeOptions } from './openOptions';
import { showShelf } from './unfolded';

/** A file is held above the page. */
export const dragging = signal(false);

export function listenToDrops(): void {
  const holdsFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') ?? false;
  addEventListener('dragover', (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault(); // Otherwise the browser goes to the file, and the page is gone.
    event.dataTransfer!.dropEffect = 'copy';
    dragging.value = true;
  });
  addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) dragging.value = false;
  });
  addEventListener('drop', (event) => {
    dragging.value = false;
    if (!holdsFiles(event)) return;
    event.preventDefault();
    // Entries and handles must be taken at once: after the first pause there are none any more.
    const items = [...event.dataTransfer!.items].filter(({ kind }) => kind === 'file') as DroppedItem[];
    const entries = items.map((item) => item.webkitGetAsEntry() as DroppedEntry);
    open(entries, Promise.all(items.map(handleOf))).catch(unreadable);
  });
}

type DroppedItem = DataTransferItem & { getAsFileSystemHandle?(): Promise<object | null> };

const handleOf = async (item: DroppedItem): Promise<object | undefined> =>
  (await item.getAsFileSystemHandle?.().catch(() => undefined)) ?? undefined;

async function open(entries: readonly DroppedEntry[], taken: Promise<readonly (object | undefined)[]>): Promise<void> {
  const handles = await taken;
  for (const [index, files] of (await pickedEntries(entries)).entries()) {
    openPicked(files, { ...takeOptions(), handle: handles[index] });
  }
  showShelf();
}
