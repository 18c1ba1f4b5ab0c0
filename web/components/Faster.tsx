/** How much of the work is left out: what `--fast` does on the command, by choice. */
import { type Extra, SAVINGS, savingOf } from '../settings';
import { set, settings } from '../state';
import { lateWords } from '../words';
import { Choice } from './Choice';
import { NumberField } from './NumberField';

type Saving = keyof typeof SAVINGS;

export function Faster() {
  const late = lateWords();
  const { cacheInterval: _, cacheBranch: __, guidanceInterval: ___, ...rest } = settings.value.extra;
  const { tokenMergingRatio = 0 } = rest;
  const saving = savingOf(settings.value.extra);
  const change = (more: Partial<Extra>): void => set({ extra: { ...settings.value.extra, ...more } });
  return (
    <>
      <Choice
        {...{ legend: late.faster, name: 'faster', columns: 3 }}
        value={saving}
        options={(Object.keys(SAVINGS) as Saving[]).map((value) => ({ value, label: late.savings[value] }))}
        onChange={(value) => set({ extra: { ...rest, ...SAVINGS[value as Saving] } })}
      />
      <p class="hint">{saving === '' ? late.savingOwn(settings.value.extra) : late.fasterHint}</p>
      <NumberField
        {...{ label: late.tokenMerging, name: 'token-merging', value: tokenMergingRatio }}
        {...{ least: 0, most: 0.75, step: 0.05, slider: { least: 0, most: 0.75 } }}
        onChange={(value) => change({ tokenMergingRatio: value })}
      />
      <p class="hint">{late.tokenMergingHint}</p>
    </>
  );
}
