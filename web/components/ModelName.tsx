/** A model's name, changed where it stands: Enter keeps the new one, and so does leaving; Escape does not. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ModelSummary } from '../../workers/api';
import { renameModel } from '../modelActions';
import { lateWords } from '../words';
import { IconButton } from './IconButton';

export function ModelName({ model }: { readonly model: ModelSummary }) {
  const late = lateWords();
  const [draft, setDraft] = useState<string>();
  const place = useRef<HTMLElement>(null);
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
    const name = draft?.trim();
    if (byKey) next.current = 'button';
    setDraft(undefined);
    if (keep && name && name !== model.name) void renameModel(model.id, name);
  };
  return (
    <dd ref={place}>
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
          {model.name}
          <IconButton
            icon="edit"
            testid="rename"
            label={late.rename(model.name)}
            onClick={() => {
              next.current = 'input';
              setDraft(model.name);
            }}
          />
        </>
      )}
    </dd>
  );
}
