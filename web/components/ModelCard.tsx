/** One stored model. Deleting asks once more, in place. */
import { useState } from 'preact/hooks';
import type { ModelSummary } from '../../workers/api';
import { deleteModel } from '../actions';
import { sizeText, words } from '../words';
import { Icon } from './Icon';

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
  const [asking, setAsking] = useState(false);
  const size = sizeText(model.bytes);
  return (
    <li class="card" data-testid="model" data-chosen={chosen}>
      <label class="card-choice">
        <input type="radio" name="model" checked={chosen} disabled={locked} onChange={onChoose} />
        <span>
          <span class="card-name">{name}</span>
          <small>{said.modelFacts(size, model.width, model.height)}</small>
        </span>
      </label>
      {asking ? (
        <div class="confirm">
          <span>{said.confirmDelete(size)}</span>
          <button type="button" data-testid="delete-yes" onClick={() => void deleteModel(model.id)}>
            {said.deleteYes}
          </button>
          <button type="button" class="quiet" onClick={() => setAsking(false)}>
            {said.deleteNo}
          </button>
        </div>
      ) : (
        <button
          type="button"
          class="quiet square"
          data-testid="delete"
          aria-label={said.deleteModel(name)}
          title={said.deleteModel(name)}
          disabled={locked}
          onClick={() => setAsking(true)}
        >
          <Icon name="trash" />
        </button>
      )}
    </li>
  );
}
