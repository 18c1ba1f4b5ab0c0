/** A number that can be typed, and dragged where there is a range to drag along. One that may not be is brought to the nearest, and it is said. */
import { useId, useState } from 'preact/hooks';
import { words } from '../words';

interface Props {
  readonly label: string;
  readonly hint?: string;
  readonly name: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly step?: number;
  /** The part of the range that the slider covers; none without it. */
  readonly slider?: { readonly least: number; readonly most: number };
  readonly onChange: (value: number) => void;
}

export function NumberField({ label, hint, name, value, least, most, step = 1, slider, onChange }: Props) {
  const id = useId();
  // Half-typed text ("", "1.") stays in the box and out of the settings.
  const [draft, setDraft] = useState<string | undefined>();
  const [brought, setBrought] = useState<Brought | undefined>();
  const nearest = (typed: number): number => {
    // By how many steps there are to 1: a hundredth, times 29, would be a little off.
    const onStep = Math.round(typed / step) / (1 / step);
    return Math.min(Math.max(onStep, least), most);
  };
  const type = (text: string): void => {
    const typed = Number(text);
    setDraft(text);
    setBrought(undefined);
    if (text !== '' && nearest(typed) === typed) onChange(typed);
  };
  const settle = (): void => {
    setDraft(undefined);
    const to = nearest(Number(draft));
    if (!draft || Number(draft) === to) return;
    setBrought({ from: draft, to });
    onChange(to);
  };
  // Until the number is another, by whatever way.
  const note = brought?.to === value && words().broughtTo(brought.from, value, { least, most, step });
  return (
    <div class="field number">
      <label class="label" for={id} title={hint}>
        {label}
      </label>
      <input
        id={id}
        data-testid={name}
        type="number"
        inputMode={step < 1 ? 'decimal' : 'numeric'}
        {...{ min: least, max: most, step }}
        value={draft ?? value}
        aria-invalid={draft !== undefined && Number(draft) !== value}
        aria-describedby={note ? `${id}-note` : undefined}
        onInput={(event) => type(event.currentTarget.value)}
        onChange={settle}
        onBlur={settle}
      />
      {slider && (
        <input
          class="slider"
          type="range"
          aria-label={label}
          {...{ min: slider.least, max: slider.most, step }}
          value={Math.min(Math.max(value, slider.least), slider.most)}
          onInput={(event) => {
            setDraft(undefined);
            setBrought(undefined);
            onChange(event.currentTarget.valueAsNumber);
          }}
        />
      )}
      {note && (
        <p class="hint" id={`${id}-note`} role="alert" data-testid={`${name}-note`}>
          {note}
        </p>
      )}
    </div>
  );
}

interface Brought {
  /** What was typed. */
  readonly from: string;
  readonly to: number;
}
