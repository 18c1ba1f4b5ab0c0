/** A file input that looks like a button; the input itself is the control (keyboard, screen readers). */
import type { ComponentChildren } from 'preact';
import type { PickedFile } from '../../workers/api';
import { canPickHandles, filesOf, pickHandle } from '../handles';
import { unreadable } from '../modelActions';

interface Props {
  readonly testid: string;
  /** A folder with all that is in it. */
  readonly folder?: boolean;
  readonly class?: string;
  /** `handle`: a lasting one of the file or the folder, where there is one. */
  readonly onPick: (files: readonly PickedFile[], handle?: object) => void;
  readonly children: ComponentChildren;
}

/** Not in Preact's types: it is in no standard, and in every browser. */
const FOLDER = { webkitdirectory: true };

// No `accept`: phones gray out every file whose ending they have no type for. What it is, its bytes say.
export function FileButton({ testid, folder = false, class: looks = '', onPick, children }: Props) {
  const picked = (input: HTMLInputElement): void => {
    // Chromium forgets webkitRelativePath when a File is cloned, so the path travels beside it.
    const files = [...(input.files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
    input.value = ''; // The same one again must be a change again.
    if (files.length > 0) onPick(files);
  };
  const pick = async (): Promise<void> => {
    const handle = await pickHandle(folder);
    if (handle) onPick(await filesOf(handle), handle);
  };
  return (
    <label class={`button ${looks}`}>
      {children}
      <input
        type="file"
        class="unseen"
        data-testid={testid}
        {...(folder ? FOLDER : {})}
        onClick={(event) => {
          if (!canPickHandles) return;
          event.preventDefault();
          pick().catch(unreadable);
        }}
        onChange={(event) => picked(event.currentTarget)}
      />
    </label>
  );
}
