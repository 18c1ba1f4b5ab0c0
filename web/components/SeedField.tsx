/** The seed: shown always, new for each drawing unless kept. */
import { set, settings } from '../state';
import { words } from '../words';
import { SeedRow } from './SeedRow';

export function SeedField() {
  const said = words();
  const { seed, keepSeed, sampling } = settings.value;
  const { subseed: _, subseedStrength: __, ...plain } = sampling;
  return (
    <SeedRow
      {...{ name: 'seed', label: said.seed, hint: said.seedHint, another: said.newSeed, keepHint: said.keepSeedHint }}
      {...{ value: seed, kept: keepSeed }}
      // Of another seed each time there are no variations: they go with it.
      onChange={(value, kept) =>
        set({ seed: value, keepSeed: kept, ...(kept ? {} : { sampling: plain, keepSubseed: false }) })
      }
    />
  );
}
