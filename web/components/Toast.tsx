/** What was just done, for a while at the foot of the page, with the way back. It waits while somebody is on it. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Toast as Said } from '../jobs';
import { undoDelete, useModel } from '../modelActions';
import { state, tell } from '../state';
import { sizeText, words } from '../words';
import type { Words } from '../words/en';
import { IconButton } from './IconButton';

const STAYS_MILLISECONDS = 12_000;

/** The region is always there: screen readers speak what comes into it. */
export function Toast() {
  const { toast } = state.value;
  return (
    <div class="toasts" role="status" data-testid="toasts">
      {toast && <Body toast={toast} key={JSON.stringify(toast)} />}
    </div>
  );
}

function Body({ toast }: { readonly toast: Said }) {
  const said = words();
  const [held, setHeld] = useState(false);
  const undo = useRef<HTMLButtonElement>(null);
  const away = (): void => tell({ type: 'toast', toast: undefined });
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(away, STAYS_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [held]);
  useEffect(() => {
    // The button that deleted is gone, and the focus with it.
    if (toast.type === 'deleted' && toast.byKeyboard) undo.current?.focus();
  }, []);
  return (
    <div
      class="toast"
      data-testid="toast"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocusCapture={() => setHeld(true)}
      onBlurCapture={() => setHeld(false)}
    >
      <p>{toastText(toast, said)}</p>
      {toast.type === 'deleted' && (
        <button
          type="button"
          ref={undo}
          data-testid="undo"
          onClick={() => {
            // Back to where the model will be again.
            if (toast.byKeyboard) document.getElementById('shelf')?.focus();
            void undoDelete(toast.id, toast.used);
          }}
        >
          {said.undo}
        </button>
      )}
      {toast.type === 'ready' && !toast.used && (
        <button
          type="button"
          data-testid="use-ready"
          onClick={() => {
            useModel(toast.id);
            away();
          }}
        >
          {said.use}
        </button>
      )}
      <IconButton icon="close" testid="toast-away" label={said.dismiss} onClick={away} />
    </div>
  );
}

function toastText(toast: Said, said: Words): string {
  switch (toast.type) {
    case 'deleted':
      return said.deleted(toast.name);
    case 'ready':
      return [
        toast.used ? said.modelInUse(toast.name) : said.modelReady(toast.name),
        ...(toast.rounded ? [said.modelRounded(said.weightForms[toast.rounded])] : []),
      ].join(' ');
    case 'fallen':
      return said.fallen(said.backends[toast.from], said.backends[toast.to]);
    case 'sound':
      return said.modelSound(toast.name);
    case 'freed':
      return said.freed(sizeText(toast.bytes));
  }
}
