/** How full the device's storage for this page is, and the one button that gives back what nobody needs. */
import type { Freeable, StorageReport } from '../../workers/api';
import { leftOver } from '../leftOver';
import { freeUp, undoDelete } from '../modelActions';
import { isDemo, state } from '../state';
import { lateWords, sizeText } from '../words';

const KINDS = ['download', 'import', 'discarded'] as const;
const bytesOf = (things: readonly Freeable[]): number => things.reduce((sum, { bytes }) => sum + bytes, 0);

export function StorageMeter({ storage }: { readonly storage: StorageReport }) {
  const late = lateWords();
  const { usage, quota, models, persisted } = storage;
  const freeable = leftOver(state.value);
  const parts = KINDS.map((kind) => [kind, bytesOf(freeable.filter((thing) => thing.kind === kind))] as const)
    .filter(([, bytes]) => bytes > 0)
    .map(([kind, bytes]) => late.freeable[kind](sizeText(bytes)));
  return (
    <section class="storage" aria-labelledby="storage" data-testid="storage">
      <h3 class="label" id="storage">
        {late.storage}
      </h3>
      {usage !== undefined && quota !== undefined && (
        <>
          <meter class="unseen" aria-labelledby="storage" min={0} max={quota} value={usage} />
          <div class="bar" aria-hidden="true">
            <div class="bar-done" style={{ transform: `scaleX(${Math.min(1, usage / quota)})` }} />
          </div>
          <p class="hint">
            {late.storageUsed(sizeText(usage), sizeText(quota))}
            {` · ${late.storageModels(sizeText(models))}`}
          </p>
        </>
      )}
      {!state.value.models.every(isDemo) && (
        <p class="hint" data-testid="persisted">
          {persisted ? late.persisted : late.notPersisted}
        </p>
      )}
      {freeable.length > 0 && (
        <>
          <p class="hint" data-testid="freeable">
            {late.canBeFreed(parts)}
          </p>
          <div class="buttons">
            <button type="button" data-testid="free-up" onClick={() => void freeUp()}>
              {late.storageFree(sizeText(bytesOf(freeable)))}
            </button>
            {freeable.map(
              ({ kind, key, name }) =>
                kind === 'discarded' && (
                  <button
                    type="button"
                    class="quiet outdent"
                    key={key}
                    data-testid="bring-back"
                    onClick={() => void undoDelete(key)}
                  >
                    {late.bringBack(name)}
                  </button>
                ),
            )}
          </div>
        </>
      )}
    </section>
  );
}
