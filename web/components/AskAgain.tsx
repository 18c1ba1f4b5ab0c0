/** For a part of the device whose program did not arrive: asks for it again, when the person says so and when the connection is back. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { learnBackends } from '../actions';
import { words } from '../words';

export function AskAgain() {
  const [asking, setAsking] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const pressed = useRef(false);
  const ask = async (): Promise<void> => {
    setAsking(true);
    await learnBackends();
    setAsking(false);
  };
  useEffect(() => {
    const onLine = (): void => void ask();
    addEventListener('online', onLine);
    return () => removeEventListener('online', onLine);
  }, []);
  useEffect(() => {
    const field = button.current?.closest('.reasons')?.parentElement;
    const { current } = button;
    // What was missing is there, and the button gone: the focus goes to the choice that it was about.
    return () => {
      const { activeElement, body } = document;
      if (activeElement === current || (pressed.current && activeElement === body))
        field?.querySelector<HTMLInputElement>('input:checked')?.focus({ preventScroll: true });
    };
  }, []);
  return (
    <button
      type="button"
      ref={button}
      data-testid="ask-backends"
      aria-busy={asking}
      onClick={() => {
        pressed.current = true;
        if (!asking) void ask();
      }}
    >
      {words().tryAgain}
    </button>
  );
}
