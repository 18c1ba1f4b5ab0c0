/** Models, and pictures to take settings from, dropped anywhere on the page. */
import { signal } from '@preact/signals';
import { type DroppedEntry, pickedEntries } from './dropped';
import { bringLateParts } from './lateParts';
import { openPicked, unreadable } from './modelActions';
import { takeOptions } from './openOptions';
import { pictureAmong, takeFrom } from './pictureFiles';
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
    const items = [...event.dataTransfer!.items].flatMap((item) => {
      const entry = item.webkitGetAsEntry() as DroppedEntry | null;
      return entry ? { entry, handle: handleOf(item) } : [];
    });
    open(items).catch(unreadable);
  });
}

interface Dropped {
  readonly entry: DroppedEntry;
  readonly handle: Promise<object | undefined>;
}

/** A lasting handle, where the browser has such (File System Access). */
const handleOf = async (
  item: DataTransferItem & { getAsFileSystemHandle?(): Promise<object | null> },
): Promise<object | undefined> => (await item.getAsFileSystemHandle?.().catch(() => undefined)) ?? undefined;

async function open(items: readonly Dropped[]): Promise<void> {
  const handles = await Promise.all(items.map(({ handle }) => handle));
  const all = await pickedEntries(items.map(({ entry }) => entry));
  // What they are for comes late: without it a LoRA is a file like any other, and refused as a model.
  const kept = await bringLateParts()
    .then(async (late) => [...(await late.takeLoras(all)), ...(await late.keepDroppedControls(all))])
    .catch((): number[] => []);
  const models = [...all.entries()].filter(([index, files]) => !pictureAmong(files) && !kept.includes(index));
  for (const [index, files] of models) openPicked(files, { ...takeOptions(), handle: handles[index] });
  if (models.length > 0) showShelf();
  for (const file of all.flatMap((files) => pictureAmong(files) ?? []).slice(0, 1)) await takeFrom(file);
}
