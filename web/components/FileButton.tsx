/** A file input that looks like a button; the input itself is the control (keyboard, screen readers). */
import type { ComponentChildren } from 'preact';

interface Props {
  readonly testid: string;
  /** A folder with all that is in it. */
  readonly folder?: boolean;
  readonly class?: string;
  readonly onPick: (files: readonly File[]) => void;
  readonly children: ComponentChildren;
}

/** Not in Preact's types: it is in no standard, and in every browser. */
const FOLDER = { webkitdirectory: true };

// No `accept`: phones gray out every file whose ending they have no type for. What it is, its bytes say.
export function FileButton({ testid, folder = false, class: looks = '', onPick, children }: Props) {
  const picked = (input: HTMLInputElement): void => {
    const files = [...(input.files ?? [])];
    input.value = ''; // The same one again must be a change again.
    if (files.length > 0) onPick(files);
  };
  return (
    <label class={`button ${looks}`}>
      {children}
      <input
        type="file"
        class="unseen"
        data-testid={testid}
        {...(folder ? FOLDER : {})}
        onChange={(event) => picked(event.currentTarget)}
      />
    </label>
  );
}
