/** A seed as a person sees it: typed, drawn by lot, kept or new each time. Typing one keeps it. */
import { randomSeed } from '../settings';
import { words } from '../words';
import { Icon } from './Icon';
import { IconButton } from './IconButton';
import { NumberField } from './NumberField';

interface Props {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  readonly another: string;
  readonly keepHint: string;
  readonly value: number;
  readonly kept: boolean;
  readonly onChange: (value: number, kept: boolean) => void;
}

export function SeedRow({ name, label, hint, another, keepHint, value, kept, onChange }: Props) {
  const said = words();
  return (
    <div class="seed">
      <NumberField
        {...{ label, hint, name, value, least: 0, most: 2 ** 53 - 65 }}
        onChange={(typed) => onChange(typed, true)}
      />
      <IconButton icon="dice" testid={`new-${name}`} label={another} onClick={() => onChange(randomSeed(), true)} />
      <button
        type="button"
        class="quiet toggle"
        data-testid={`keep-${name}`}
        aria-label={said.jobOf(said.keepSeed, label)}
        aria-pressed={kept}
        title={keepHint}
        onClick={() => onChange(value, !kept)}
      >
        <Icon name="lock" />
        {said.keepSeed}
      </button>
    </div>
  );
}
