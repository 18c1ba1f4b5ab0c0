/** The seed: shown always, new for each drawing unless kept. Typing one keeps it. */
import { randomSeed } from '../settings';
import { set, settings } from '../state';
import { words } from '../words';
import { Icon } from './Icon';
import { IconButton } from './IconButton';
import { NumberField } from './NumberField';

export function SeedField() {
  const said = words();
  const { seed, keepSeed } = settings.value;
  return (
    <div class="seed">
      <NumberField
        {...{ label: said.seed, hint: said.seedHint, name: 'seed', value: seed, least: 0, most: 2 ** 53 - 65 }}
        onChange={(value) => set({ seed: value, keepSeed: true })}
      />
      <IconButton
        icon="dice"
        testid="new-seed"
        label={said.newSeed}
        onClick={() => set({ seed: randomSeed(), keepSeed: true })}
      />
      <button
        type="button"
        class="quiet toggle"
        data-testid="keep-seed"
        aria-pressed={keepSeed}
        title={said.keepSeedHint}
        onClick={() => set({ keepSeed: !keepSeed })}
      >
        <Icon name="lock" />
        {said.keepSeed}
      </button>
    </div>
  );
}
