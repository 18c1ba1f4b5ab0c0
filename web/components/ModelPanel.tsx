/** The models on this device: choose, bring in, delete. */
import { importFolder, prepareDemo, useModel } from '../actions';
import { isDemo, modelInUse, state } from '../state';
import { words } from '../words';
import { Icon } from './Icon';
import { ModelCard } from './ModelCard';

const wide = matchMedia('(min-width: 60rem)').matches;

export function ModelPanel() {
  const said = words();
  const { models, modelId, importing, drawing } = state.value;
  const used = modelInUse();
  const busy = importing !== undefined;
  return (
    <details class="panel" open={wide} data-testid="models">
      <summary>
        <h2>{said.models}</h2>
        <span class="summary">{used ? (isDemo(used) ? said.demoModel : used.name) : ''}</span>
      </summary>
      <div class="fields">
        <ul class="cards">
          {models.map((model) => (
            <ModelCard
              key={model.id}
              model={model}
              name={isDemo(model) ? said.demoModel : model.name}
              chosen={model.id === modelId}
              locked={drawing !== undefined}
              onChoose={() => useModel(model.id)}
            />
          ))}
        </ul>
        {!busy && !models.some(isDemo) && (
          <button type="button" class="quiet" data-testid="prepare-demo" onClick={prepareDemo}>
            {said.demoModel}
          </button>
        )}
        <ImportButton disabled={busy} />
        <p class="hint">{said.importHint}</p>
      </div>
    </details>
  );
}

/** Not in Preact's types: it is in no standard, and in every browser. */
const FOLDER = { webkitdirectory: true };

/** The file input itself is the control (keyboard, screen readers); its label looks like a button. */
function ImportButton({ disabled }: { readonly disabled: boolean }) {
  const picked = (input: HTMLInputElement): void => {
    const files = [...(input.files ?? [])];
    input.value = ''; // The same folder again must be a change again.
    if (files.length > 0) importFolder(files);
  };
  return (
    <label class="button import">
      <Icon name="folder" />
      {words().importModel}
      <input
        type="file"
        class="unseen"
        data-testid="import"
        {...FOLDER}
        disabled={disabled}
        onChange={(event) => picked(event.currentTarget)}
      />
    </label>
  );
}
