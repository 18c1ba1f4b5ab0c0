/** What was just done, for a while at the foot of the page, with the way back. It waits while somebody is on it. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Toast as Said } from '../jobs';
import { undoDelete, useModel } from '../modelActions';
import { tell } from '../state';
import { lateWords, sizeText, words } from '../words';
import type { Words } from '../words/en';
import type { LateWords } from '../words/en.late';
import { controlFailureText } from './ControlShelf';
import { IconButton } from './IconButton';
import { loraFailureText } from './LoraShelf';

const STAYS_MILLISECONDS = 12_000;

export function ToastBody({ toast }: { readonly toast: Said }) {
  const said = words();
  const late = lateWords();
  const [held, setHeld] = useState(false);
  const undo = useRef<HTMLButtonElement>(null);
  const box = useRef<HTMLDivElement>(null);
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
  useLayoutEffect(
    () => () => {
      // However it goes, the focus does not go with it.
      if (box.current?.contains(document.activeElement)) document.getElementById('shelf')?.focus();
    },
    [],
  );
  return (
    <div
      ref={box}
      class="toast"
      data-testid="toast"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocusCapture={() => setHeld(true)}
      onBlurCapture={() => setHeld(false)}
    >
      <p>{toastText(toast, said, late)}</p>
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
          {late.undo}
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
          {late.use}
        </button>
      )}
      <IconButton icon="close" testid="toast-away" label={said.dismiss} onClick={away} />
    </div>
  );
}

function toastText(toast: Said, said: Words, late: LateWords): string {
  switch (toast.type) {
    case 'deleted':
      return late.deleted(toast.name);
    case 'ready':
      return [
        toast.used ? late.modelInUse(toast.name) : late.modelReady(toast.name),
        ...(toast.rounded ? [late.modelRounded(late.weightForms[toast.rounded])] : []),
      ].join(' ');
    case 'fallen':
      return late.fallen(said.backends[toast.from], said.backends[toast.to]);
    case 'hot':
      return late.hot[toast.heat];
    case 'loras':
      return [
        ...(toast.names.length > 0 ? [late.lorasKept(toast.names)] : []),
        ...toast.failures.map((failure) => loraFailureText(failure, said, late)),
      ].join(' ');
    case 'controls':
      return [
        ...(toast.names.length > 0 ? [late.controlsKept(toast.names)] : []),
        ...toast.failures.map((failure) => controlFailureText(failure, said, late)),
      ].join(' ');
    case 'sound':
      return late.modelSound(toast.name);
    case 'freed':
      return late.freed(sizeText(toast.bytes));
    case 'taken':
      return [
        late.taken(toast.name),
        ...(toast.model === undefined ? [] : [late.drawnWith(toast.model)]),
        ...(toast.missing.length > 0 ? [late.lorasMissing(toast.missing)] : []),
        ...(toast.fromAnother ? [late.fromAnother] : []),
        ...(toast.others.length > 0 ? [late.lorasOther(toast.others)] : []),
        ...(toast.controls?.missing.length ? [late.controlsMissing(toast.controls.missing)] : []),
        ...(toast.controls?.others.length ? [late.controlsOther(toast.controls.others)] : []),
        ...(toast.controls?.pictures.length ? [late.controlPictures(toast.controls.pictures)] : []),
        ...(toast.controls?.masks.length ? [late.controlMasks(toast.controls.masks)] : []),
        ...(toast.ignored.length > 0 ? [late.notTaken(toast.ignored)] : []),
      ].join(' ');
  }
}
