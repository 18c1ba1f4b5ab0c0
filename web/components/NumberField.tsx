/** A number that can be typed, and dragged where there is a range to drag along. */
import { useId, useState } from 'preact/hooks';

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
  const type = (text: string): void => {
    const typed = Number(text);
    const fits = text.trim() !== '' && typed >= least && typed <= most && isOnStep(typed, step);
    setDraft(text);
    if (fits) onChange(typed);
  };
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
        onInput={(event) => type(event.currentTarget.value)}
        onBlur={() => setDraft(undefined)}
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
            onChange(event.currentTarget.valueAsNumber);
          }}
        />
      )}
    </div>
  );
}

const isOnStep = (value: number, step: number): boolean => Math.abs(value / step - Math.round(value / step)) < 1e-9;
