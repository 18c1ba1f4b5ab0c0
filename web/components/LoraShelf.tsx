/** LoRAs that are kept on the device: which the next picture is drawn with and how strongly, others taken in, renamed, deleted. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Failure, LoraSummary } from '../../workers/api';
import { chooseLora, chosenNamed, deleteLora, keepLoras, loraProblems, loras, openShelf, renameLora } from '../loras';
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
  const shelf = useRef<HTMLDivElement>(null);
  /** The place of one that was deleted, whose button had the focus: that goes to the one there now, or to what adds one. */
  const deleted = useRef<number | undefined>(undefined);
  useEffect(() => {
    const at = deleted.current;
    deleted.current = undefined;
    if (at === undefined) return;
    const kept = shelf.current!.querySelectorAll('[data-testid="kept-lora"]');
    const next = kept[Math.min(at, kept.length - 1)]?.querySelector<HTMLElement>('[data-testid^="delete-lora"]');
    (next ?? shelf.current!.querySelector<HTMLElement>('input[type=file]'))!.focus();
  }, [here]);
  const gone = settings.value.loras.filter(({ name }) => here && !here.some((one) => one.name === name));
  return (
    <div ref={shelf} class="lora-shelf">
      {here?.map((one, i) => (
        <Kept
          key={one.id}
          lora={one}
          onDelete={() => {
            deleted.current = i;
          }}
        />
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
        <Delete lora={lora} onDelete={onDelete} />
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

/** Asks once more: what is deleted is gone. Escape, or going elsewhere, is no. */
function Delete({ lora, onDelete }: KeptProps) {
  const late = lateWords();
  const [asking, setAsking] = useState(false);
  const place = useRef<HTMLSpanElement>(null);
  /** Whether the focus goes along when the one button takes the place of the other. */
  const along = useRef(false);
  useEffect(() => {
    if (along.current) place.current?.querySelector('button')?.focus();
    along.current = false;
  }, [asking]);
  const turn = (to: boolean): void => {
    along.current = true;
    setAsking(to);
  };
  return (
    <span ref={place}>
      {asking ? (
        <button
          type="button"
          data-testid="delete-lora-sure"
          onBlur={() => along.current || setAsking(false)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            event.stopPropagation(); // Elsewhere Escape stops a drawing.
            turn(false);
          }}
          onClick={() => {
            onDelete();
            void deleteLora(lora);
          }}
        >
          {late.deleteForGood}
        </button>
      ) : (
        <IconButton icon="trash" testid="delete-lora" label={late.deleteLora(lora.name)} onClick={() => turn(true)} />
      )}
    </span>
  );
}

/** Of a LoRA for another model by that model's name; all else as elsewhere on the page. */
export function loraFailureText(failure: Failure, said: Words, late: LateWords): string {
  const { code, details } = failure;
  if (code === 'unsupported-model' && details) return late.loraUnsupported(details.argument, details.got);
  return failureText(failure, said);
}
