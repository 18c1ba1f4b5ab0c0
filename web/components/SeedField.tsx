/** The seed: shown always, new for each drawing unless kept. */
import { set, settings } from '../state';
import { words } from '../words';
import { SeedRow } from './SeedRow';

export function SeedField() {
  const said = words();
  const { seed, keepSeed } = settings.value;
  return (
    <SeedRow
      {...{ name: 'seed', label: said.seed, hint: said.seedHint, another: said.newSeed, keepHint: said.keepSeedHint }}
      {...{ value: seed, kept: keepSeed }}
      onChange={(value, kept) => set({ seed: value, keepSeed: kept })}
    />
  );
}
