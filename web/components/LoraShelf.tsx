/** LoRAs that are kept on the device: which the next picture is drawn with and how strongly, others taken in, renamed, deleted. */
import { useEffect, useRef } from 'preact/hooks';
import type { Failure, LoraSummary } from '../../workers/api';
import { chooseLora, chosenNamed, deleteLora, keepLoras, loraProblems, loras, openShelf, renameLora } from '../loras';
import { settings } from '../state';
import { failureText, lateWords, sizeText, words } from '../words';
import type { Words } from '../words/en';
import type { LateWords } from '../words/en.late';
import { DeleteForGood, useFocusAfter } from './DeleteForGood';
import { EditableName } from './EditableName';
import { FileButton } from './FileButton';
import { Icon } from './Icon';
import { IconButton } from './IconButton';
import { NumberField } from './NumberField';

export function LoraShelf() {
  const late = lateWords();
  useEffect(() => void openShelf(), []);
  const here = loras.value;
  const shelf = useRef<HTMLDivElement>(null);
  const deleting = useFocusAfter(shelf, here, 'kept-lora', 'delete-lora');
  const gone = settings.value.loras.filter(({ name }) => here && !here.some((one) => one.name === name));
  return (
    <div ref={shelf} class="lora-shelf">
      {here?.map((one, i) => (
        <Kept key={one.id} lora={one} onDelete={() => deleting(i)} />
      ))}
      {gone.map(({ name }) => (
        <div key={name} class="option-row" data-testid="lora-gone">
          <span class="option-name">{late.loraGone(name)}</span>
          <IconButton
            icon="close"
            testid="leave-lora"
            label={late.remove(name)}
            onClick={() => chooseLora(name, undefined)}
          />
        </div>
      ))}
      {loraProblems.value.map((problem) => (
        <p key={problem.message} class="notice" role="alert" data-testid="lora-problem">
          {loraFailureText(problem, words(), late)}
        </p>
      ))}
      <FileButton testid="keep-lora" onPick={(files) => void keepLoras(files)}>
        <Icon name="add" />
        {late.addLora}
      </FileButton>
      <p class="hint">{late.loraShelfHint}</p>
    </div>
  );
}

interface KeptProps {
  readonly lora: LoraSummary;
  /** Called before it goes. */
  readonly onDelete: () => void;
}

function Kept({ lora, onDelete }: KeptProps) {
  const late = lateWords();
  const { name, bytes } = lora;
  const chosen = chosenNamed(name);
  return (
    <div class="kept-lora" data-testid="kept-lora">
      <div class="option-row">
        <label class="tick">
          <input
            type="checkbox"
            data-testid="use-lora"
            aria-label={late.useLora(name)}
            checked={chosen !== undefined}
            onChange={(event) => chooseLora(name, event.currentTarget.checked ? 1 : undefined)}
          />
        </label>
        <span class="option-name">
          <EditableName name={name} onRename={(wanted) => void renameLora(lora, wanted)} />
        </span>
        <small>{sizeText(bytes)}</small>
        <DeleteForGood
          testid="delete-lora"
          label={late.deleteLora(name)}
          onSure={() => {
            onDelete();
            void deleteLora(lora);
          }}
        />
      </div>
      {chosen && (
        <NumberField
          {...{ label: late.loraWeight(name), name: 'kept-lora-weight', value: chosen.weight }}
          {...{ least: -10, most: 10, step: 0.05, slider: { least: -2, most: 2 } }}
          onChange={(weight) => chooseLora(name, weight)}
        />
      )}
    </div>
  );
}

/** Of a LoRA for another model by that model's name; all else as elsewhere on the page. */
export function loraFailureText(failure: Failure, said: Words, late: LateWords): string {
  const { code, details } = failure;
  if (code === 'unsupported-model' && details) return late.loraUnsupported(details.argument, details.got);
  return failureText(failure, said);
}
