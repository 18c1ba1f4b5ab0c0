/** Models dropped anywhere on the page. */
import { signal } from '@preact/signals';
import { type DroppedEntry, pickedEntries } from './dropped';
import { openPicked } from './modelActions';
import { tell } from './state';
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
    // Entries must be taken at once: after the first pause there are none any more.
    const entries = [...event.dataTransfer!.items].map((item) => item.webkitGetAsEntry() as DroppedEntry | null);
    void open(entries.filter((entry) => entry !== null));
  });
}

async function open(entries: readonly DroppedEntry[]): Promise<void> {
  try {
    for (const files of await pickedEntries(entries)) openPicked(files);
    showShelf();
  } catch (error) {
    const failure = { code: 'internal', message: `internal: ${String(error)}` } as const;
    tell({ type: 'problem', problem: { during: 'models', failure } });
  }
}
