/** The seed: shown always, new for each drawing unless kept. */
import { set, settings } from '../state';
import { words } from '../words';
import { SeedRow } from './SeedRow';

export function SeedField() {
  const said = words();
  const { seed, keepSeed, sampling } = settings.value;
  return (
    <SeedRow
      {...{ name: 'seed', label: said.seed, hint: said.seedHint, another: said.newSeed, keepHint: said.keepSeedHint }}
      {...{ value: seed, kept: keepSeed }}
      onChange={(value, kept) => {
        // Of another seed each time there are no variations: they are let go with it. Their seed stays.
        const { subseedStrength: _, ...plain } = sampling;
        set({ seed: value, keepSeed: kept, sampling: kept ? sampling : plain });
      }}
    />
  );
}
