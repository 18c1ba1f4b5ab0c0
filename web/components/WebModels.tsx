/** The ways in from the web: an address, or the catalog. Nothing is asked of any server before it is unfolded. */
import { useEffect, useState } from 'preact/hooks';
import { state } from '../state';
import { catalogFailed, catalogUrl, learnCatalog, openAddress } from '../webActions';
import { lateWords, words } from '../words';
import { CatalogEntry } from './CatalogEntry';

export function WebModels() {
  const late = lateWords();
  const { catalog } = state.value;
  useEffect(() => {
    if (!catalog) void learnCatalog();
  }, []);
  return (
    <div class="options">
      <AddressField />
      {!catalog && !catalogFailed.value && <p class="hint">{late.catalogLoading}</p>}
      {!catalog && catalogFailed.value && (
        <button type="button" data-testid="catalog-again" onClick={() => void learnCatalog()}>
          {words().tryAgain}
        </button>
      )}
      {catalog?.length === 0 && <p class="hint">{late.catalogEmpty}</p>}
      <ul class="cards">
        {catalog?.map((model) => (
          <CatalogEntry key={model.urls[0]} model={model} />
        ))}
      </ul>
      {catalogUrl.value && (
        <button type="button" class="quiet" data-testid="own-catalog" onClick={() => void learnCatalog('')}>
          {late.ownCatalog}
        </button>
      )}
    </div>
  );
}

function AddressField() {
  const late = lateWords();
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
        {late.address}
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
          {late.add}
        </button>
      </div>
      <p class="hint" id="address-hint" data-testid="address-hint" role={wrong ? 'alert' : undefined}>
        {wrong ? late.badAddress : late.addressHint}
      </p>
    </form>
  );
}
