/** A button that asks once more before what it deletes is gone, and where the focus goes then. */
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { lateWords } from '../words';
import { IconButton } from './IconButton';

interface Props {
  readonly testid: string;
  readonly label: string;
  readonly onSure: () => void;
}

/** Escape, or going elsewhere, is no. */
export function DeleteForGood({ testid, label, onSure }: Props) {
  const late = lateWords();
  const [asking, setAsking] = useState(false);
  const place = useRef<HTMLSpanElement>(null);
  /** Whether the focus goes along when the one button takes the place of the other. */
  const along = useRef(false);
  useLayoutEffect(() => {
    if (along.current) place.current?.querySelector('button')?.focus();
    along.current = false;
  }, [asking]);
  const turn = (to: boolean): void => {
    along.current = true;
    setAsking(to);
  };
  return (
    <span ref={place}>
      {asking ? (
        <button
          type="button"
          data-testid={`${testid}-sure`}
          onBlur={() => along.current || setAsking(false)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            event.stopPropagation(); // Elsewhere Escape stops a drawing.
            turn(false);
          }}
          onClick={onSure}
        >
          {late.deleteForGood}
        </button>
      ) : (
        <IconButton icon="trash" testid={testid} label={label} onClick={() => turn(true)} />
      )}
    </span>
  );
}

/**
 * Of a list of files by the test id `item`: after one was deleted the focus goes to the button by `button` of the one that is there now, or to what adds
 * one. What it returns is told the place of one that is being deleted.
 */
export function useFocusAfter(list: RefObject<HTMLElement | null>, here: unknown, item: string, button: string) {
  const deleted = useRef<number | undefined>(undefined);
  // Before anybody can delete the next: an effect after the paint would take that one's place for its own.
  useLayoutEffect(() => {
    const at = deleted.current;
    deleted.current = undefined;
    if (at === undefined) return;
    const kept = list.current!.querySelectorAll(`[data-testid="${item}"]`);
    const next = kept[Math.min(at, kept.length - 1)]?.querySelector<HTMLElement>(`[data-testid^="${button}"]`);
    (next ?? list.current!.querySelector<HTMLElement>('input[type=file]'))!.focus();
  }, [here]);
  return (at: number): void => {
    deleted.current = at;
  };
}
