/**
 * A number that can be typed, and dragged where there is a range to drag along. What is typed and cannot be stays in its box, is marked, and is said in
 * words below it (NumberFault.tsx); meanwhile the number before it holds.
 */
import { useId, useState } from 'preact/hooks';
import { NumberFault } from './Late';

interface Props {
  readonly label: string;
  readonly hint?: string;
  readonly name: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  /** Numbers between are no less good where it is below 1. */
  readonly step?: number;
  /** The part of the range that the slider covers; none without it. */
  readonly slider?: { readonly least: number; readonly most: number };
  readonly onChange: (value: number) => void;
}

interface Draft {
  readonly text: string;
  readonly fits: boolean;
  readonly before: number;
  readonly left: number;
}

export function NumberField({ label, hint, name, value, least, most, step = 1, slider, onChange }: Props) {
  const id = useId();
  // What was typed since `before` held, while the number is the one that it left: "1." is a number, "" is none.
  const [draft, setDraft] = useState<Draft>();
  const shown = draft?.left === value ? draft : undefined;
  const type = (text: string): void => {
    const typed = Number(text || Number.NaN);
    const fits = typed >= least && typed <= most && (step < 1 || typed % step === 0);
    const before = shown?.before ?? value;
    // Not the 99 of 9999.
    const left = fits ? typed : before;
    setDraft({ text, fits, before, left });
    if (left !== value) onChange(left);
  };
  const fault = shown?.fits === false;
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
        value={shown?.text ?? value}
        aria-invalid={fault}
        aria-describedby={fault ? `${id}-fault` : undefined}
        onInput={(event) => type(event.currentTarget.value)}
        // An empty one shows the number that holds.
        onBlur={(event) =>
          shown && (shown.fits || !(shown.text || event.currentTarget.validity.badInput)) && setDraft(undefined)
        }
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
      {fault && <NumberFault {...{ id: `${id}-fault`, label, value, least, most, step, text: shown.text }} />}
    </div>
  );
}
