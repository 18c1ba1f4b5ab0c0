/** A LoRA that will be merged in, and how strongly: 1 is as it was trained, below 0 is its opposite. */
import { type OpenOptions, openOptions, setOptions } from '../openOptions';
import { lateWords } from '../words';
import { IconButton } from './IconButton';
import { NumberField } from './NumberField';

interface Props {
  readonly lora: OpenOptions['loras'][number];
  readonly index: number;
}

export function LoraRow({ lora, index }: Props) {
  const late = lateWords();
  const { path: name } = lora.file;
  const { loras } = openOptions.value;
  return (
    <div data-testid="lora">
      <div class="option-row">
        <span class="option-name">{name}</span>
        <IconButton
          icon="close"
          testid="remove-lora"
          label={late.remove(name)}
          onClick={() => setOptions({ loras: loras.filter((other) => other !== lora) })}
        />
      </div>
      <NumberField
        {...{ label: late.loraWeight(name), name: 'lora-weight', value: lora.weight }}
        {...{ least: -10, most: 10, step: 0.05, slider: { least: -2, most: 2 } }}
        onChange={(weight) => setOptions({ loras: loras.with(index, { ...lora, weight }) })}
      />
    </div>
  );
}
