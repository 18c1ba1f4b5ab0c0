/** A name, changed where it stands: Enter keeps the new one, and so does leaving; Escape does not. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { lateWords } from '../words';
import { IconButton } from './IconButton';

interface Props {
  readonly name: string;
  readonly onRename: (name: string) => void;
}

export function EditableName({ name, onRename }: Props) {
  const late = lateWords();
  const [draft, setDraft] = useState<string>();
  const place = useRef<HTMLSpanElement>(null);
  /** Where the focus goes when the field comes or goes by a key. */
  const next = useRef('');
  const editing = draft !== undefined;
  useEffect(() => {
    const control = next.current && place.current?.querySelector<HTMLInputElement>(next.current);
    next.current = '';
    if (!control) return;
    control.focus();
    if (editing) control.select();
  }, [editing]);
  const end = (keep: boolean, byKey: boolean): void => {
    const changed = draft?.trim();
    if (byKey) next.current = 'button';
    setDraft(undefined);
    if (keep && changed && changed !== name) onRename(changed);
  };
  return (
    <span ref={place} class="editable">
      {editing ? (
        <input
          class="rename"
          data-testid="name"
          aria-label={late.name}
          maxLength={200}
          value={draft}
          onInput={(event) => setDraft(event.currentTarget.value)}
          // A field that goes with a key is blurred once more.
          onBlur={() => next.current || end(true, false)}
          onKeyDown={(event) => {
            if (event.isComposing || !['Enter', 'Escape'].includes(event.key)) return;
            event.stopPropagation(); // Elsewhere Escape stops a drawing.
            end(event.key === 'Enter', true);
          }}
        />
      ) : (
        <>
          {name}
          <IconButton
            icon="edit"
            testid="rename"
            label={late.rename(name)}
            onClick={() => {
              next.current = 'input';
              setDraft(name);
            }}
          />
        </>
      )}
    </span>
  );
}
