/** A LoRA that will be merged in, and how strongly: 1 is as it was trained, below 0 is its opposite. */
import { useId } from 'preact/hooks';
import { type OpenOptions, openOptions, setOptions } from '../openOptions';
import { lateWords } from '../words';
import { IconButton } from './IconButton';

interface Props {
  readonly lora: OpenOptions['loras'][number];
  readonly index: number;
}

export function LoraRow({ lora, index }: Props) {
  const late = lateWords();
  const id = useId();
  const { path: name } = lora.file;
  const { loras } = openOptions.value;
  const weigh = (weight: number): void => {
    if (Number.isFinite(weight)) setOptions({ loras: loras.with(index, { ...lora, weight }) });
  };
  return (
    <div class="option-row" data-testid="lora">
      <label class="option-name" for={id}>
        {name}
      </label>
      <input
        id={id}
        class="weight"
        type="number"
        inputMode="decimal"
        step={0.05}
        aria-label={late.loraWeight(name)}
        data-testid="lora-weight"
        defaultValue={String(lora.weight)}
        onInput={(event) => weigh(event.currentTarget.valueAsNumber)}
      />
      <IconButton
        icon="close"
        testid="remove-lora"
        label={late.remove(name)}
        onClick={() => setOptions({ loras: loras.filter((other) => other !== lora) })}
      />
    </div>
  );
}
