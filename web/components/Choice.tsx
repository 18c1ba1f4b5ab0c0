/** One of a few: radio buttons side by side. */
import type { ComponentChildren } from 'preact';

export interface Option<T extends string> {
  readonly value: T;
  readonly label: ComponentChildren;
  readonly disabled?: boolean;
  readonly title?: string;
}

interface Props<T extends string> {
  readonly legend: string;
  readonly name: string;
  readonly value: T;
  readonly columns?: 2 | 3;
  readonly options: readonly Option<T>[];
  readonly onChange: (value: T) => void;
}

export function Choice<T extends string>({ legend, name, value, columns = 2, options, onChange }: Props<T>) {
  return (
    <fieldset class="field choice">
      <legend class="label">{legend}</legend>
      <div class="chips" data-columns={columns}>
        {options.map((option) => (
          <label key={option.value} class="chip" title={option.title}>
            <input
              type="radio"
              name={name}
              value={option.value}
              data-testid={`${name}-${option.value}`}
              checked={option.value === value}
              disabled={option.disabled ?? false}
              onChange={() => onChange(option.value)}
            />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
