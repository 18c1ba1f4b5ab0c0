/** The ways in from the web: an address, or the catalog. Nothing is asked of any server before it is unfolded. */
import { useState } from 'preact/hooks';
import { state } from '../state';
import { catalogUrl, learnCatalog, openAddress } from '../webActions';
import { words } from '../words';
import { CatalogEntry } from './CatalogEntry';

export function WebModels() {
  const said = words();
  const { catalog } = state.value;
  return (
    <details
      class="fold"
      data-testid="web-models"
      onToggle={(event) => event.currentTarget.open && !catalog && void learnCatalog()}
    >
      <summary>{said.web}</summary>
      <div class="options">
        <AddressField />
        {!catalog && <p class="hint">{said.catalogLoading}</p>}
        {catalog?.length === 0 && <p class="hint">{said.catalogEmpty}</p>}
        <ul class="cards">
          {catalog?.map((model) => (
            <CatalogEntry key={model.urls[0]} model={model} />
          ))}
        </ul>
        {catalogUrl.value && (
          <button type="button" class="quiet" data-testid="own-catalog" onClick={() => void learnCatalog('')}>
            {said.ownCatalog}
          </button>
        )}
      </div>
    </details>
  );
}

function AddressField() {
  const said = words();
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState(false);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const taken = openAddress(text.trim());
    setWrong(!taken);
    if (taken) setText('');
  };
  return (
    <form class="field" onSubmit={submit} noValidate>
      <label class="label" for="model-address">
        {said.address}
      </label>
      <div class="option-row">
        <input
          id="model-address"
          type="url"
          inputMode="url"
          autocomplete="off"
          data-testid="address"
          placeholder="https://"
          value={text}
          aria-invalid={wrong}
          aria-describedby="address-hint"
          onInput={(event) => {
            setText(event.currentTarget.value);
            setWrong(false);
          }}
        />
        <button type="submit" data-testid="add-address">
          {said.add}
        </button>
      </div>
      <p class="hint" id="address-hint" data-testid="address-hint" role={wrong ? 'alert' : undefined}>
        {wrong ? said.badAddress : said.addressHint}
      </p>
    </form>
  );
}
