/** A folder picked in the page: browsers put its own name before every path (`webkitRelativePath`). */
import { type Picked, pickedFolder } from '../models/folder.picked';
import type { Folder } from '../models/source';

/** The files below the picked folder, under its name. */
export function folderOfPicked(files: readonly Picked[]): Folder {
  const name = files[0]?.path.split('/')[0] ?? '';
  const inside = files.every(({ path }) => path.startsWith(`${name}/`));
  if (!inside) return pickedFolder(files);
  return pickedFolder(
    files.map(({ path, file }) => ({ path: path.slice(name.length + 1), file })),
    name,
  );
}
