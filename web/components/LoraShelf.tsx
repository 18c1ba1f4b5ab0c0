/** LoRAs that are kept on the device: which the next picture is drawn with and how strongly, others taken in, renamed, deleted. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Failure, LoraSummary } from '../../workers/api';
import { chooseLora, chosenNamed, deleteLora, keepLoras, loraProblem, loras, openShelf, renameLora } from '../loras';
import { settings } from '../state';
import { failureText, lateWords, sizeText, words } from '../words';
import type { Words } from '../words/en';
import type { LateWords } from '../words/en.late';
import { EditableName } from './EditableName';
import { FileButton } from './FileButton';
import { Icon } from './Icon';
import { IconButton } from './IconButton';
import { NumberField } from './NumberField';

export function LoraShelf() {
  const late = lateWords();
  useEffect(() => void openShelf(), []);
  const here = loras.value;
  const gone = settings.value.loras.filter(({ name }) => here && !here.some((one) => one.name === name));
  return (
    <div class="lora-shelf">
      {here?.map((one) => (
        <Kept key={one.id} lora={one} />
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
      {loraProblem.value && (
        <p class="notice" role="alert" data-testid="lora-problem">
          {loraFailureText(loraProblem.value, words(), late)}
        </p>
      )}
      <FileButton testid="keep-lora" onPick={(files) => void keepLoras(files)}>
        <Icon name="add" />
        {late.addLora}
      </FileButton>
      <p class="hint">{late.loraShelfHint}</p>
    </div>
  );
}

function Kept({ lora }: { readonly lora: LoraSummary }) {
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
        <Delete lora={lora} />
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

/** Asks once more: what is deleted is gone. */
function Delete({ lora }: { readonly lora: LoraSummary }) {
  const late = lateWords();
  const [asking, setAsking] = useState(false);
  const sure = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (asking) sure.current?.focus();
  }, [asking]);
  if (!asking) {
    return (
      <IconButton
        icon="trash"
        testid="delete-lora"
        label={late.deleteLora(lora.name)}
        onClick={() => setAsking(true)}
      />
    );
  }
  return (
    <button
      type="button"
      ref={sure}
      data-testid="delete-lora-sure"
      onBlur={() => setAsking(false)}
      onClick={() => void deleteLora(lora)}
    >
      {late.deleteForGood}
    </button>
  );
}

/** Of a LoRA for another model by that model's name; all else as elsewhere on the page. */
export function loraFailureText(failure: Failure, said: Words, late: LateWords): string {
  const { code, details } = failure;
  if (code === 'unsupported-model' && details) return late.loraUnsupported(details.argument, details.got);
  return failureText(failure, said);
}
