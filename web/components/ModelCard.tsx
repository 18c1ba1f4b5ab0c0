/** One stored model: use it, know more about it, throw it away (what can be undone needs no question). */
import { useState } from 'preact/hooks';
import type { ModelSummary } from '../../workers/api';
import { isHosts } from '../backends';
import { deleteModel } from '../modelActions';
import { sizeText, words } from '../words';
import { IconButton } from './IconButton';
import { ModelDetails } from './Late';

interface Props {
  readonly model: ModelSummary;
  readonly name: string;
  readonly chosen: boolean;
  /** A drawing is running: it reads this store. */
  readonly locked: boolean;
  readonly onChoose: () => void;
}

export function ModelCard({ model, name, chosen, locked, onChoose }: Props) {
  const said = words();
  const [open, setOpen] = useState(false);
  const details = `about-${model.id}`;
  // What lies with the host is the host's to keep.
  const there = isHosts(model.id);
  return (
    <li class="card" data-testid="model" data-chosen={chosen}>
      <label class="card-choice">
        <input type="radio" name="model" checked={chosen} disabled={locked} onChange={onChoose} />
        <span>
          <span class="card-name">{name}</span>
          <small>
            {said.modelFacts(sizeText(model.bytes), model.width, model.height)}
            {there && ` · ${said.inApp}`}
          </small>
        </span>
      </label>
      {!there && (
        <>
          <IconButton
            icon="about"
            testid="about"
            label={said.modelInfo(name)}
            aria-expanded={open}
            aria-controls={details}
            onClick={() => setOpen(!open)}
          />
          <IconButton
            icon="trash"
            testid="delete"
            label={said.deleteModel(name)}
            disabled={locked}
            // A click without a pointer has no count.
            onClick={(event) => void deleteModel(model, name, event.detail === 0)}
          />
          <div id={details} class="about" hidden={!open}>
            {open && <ModelDetails model={model} name={name} />}
          </div>
        </>
      )}
    </li>
  );
}
