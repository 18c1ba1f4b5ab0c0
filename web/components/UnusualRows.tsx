/** What of noise and timesteps is otherwise than usual, each to be left by itself: below the fold of its controls while that is shut. */
import { set, settings } from '../state';
import { type Unusual, unusualIn, withoutUnusual } from '../unusual';
import { lateWords, words } from '../words';
import { IconButton } from './IconButton';

interface Props {
  /** All, by default. */
  readonly among?: readonly Unusual[];
}

export function UnusualRows({ among }: Props) {
  const late = lateWords();
  const here = unusualIn(settings.value).filter((one) => among?.includes(one) ?? true);
  if (here.length === 0) return null;
  return (
    <ul class="unusual" aria-label={late.unusual}>
      {here.map((one) => {
        const name = textOf(one);
        return (
          <li key={one} class="option-row" data-testid={`unusual-${one}`}>
            <span class="option-name">{name}</span>
            <IconButton
              icon="close"
              testid={`leave-${one}`}
              label={late.remove(name)}
              onClick={(event) => {
                focusBeside(event.currentTarget);
                set({ sampling: withoutUnusual(settings.value.sampling, one) });
              }}
            />
          </li>
        );
      })}
    </ul>
  );
}

function textOf(one: Unusual): string {
  const late = lateWords();
  const { sampling, keepSubseed } = settings.value;
  const { rng = 'torch', eta, subseed, subseedStrength = 0, timesteps = [], only = 0, numImages = 1 } = sampling;
  const { timestepSpacing } = sampling;
  const [name, value] = {
    rng: [late.rng, late.rngs[rng]],
    variation: [late.variation, late.variationOf(subseedStrength, keepSubseed ? subseed : undefined)],
    eta: [late.eta, `${eta}`],
    timestepSpacing: [late.timesteps, late.spacings[timestepSpacing ?? 'leading']],
    timesteps: [late.timesteps, timesteps.join(', ')],
    only: [late.batch, late.placeIn(only + 1, numImages)],
  }[one] as [string, string];
  return words().jobOf(name, value);
}

/** The focus does not go with what goes: to the row that takes its place, or to the fold that it belongs to. */
function focusBeside(button: HTMLElement): void {
  const row = button.closest('li')!;
  const list = row.parentElement!;
  const beside = row.nextElementSibling ?? row.previousElementSibling;
  const fold = list.closest('details.fold') ?? list.previousElementSibling;
  (beside?.querySelector('button') ?? fold?.querySelector('summary'))?.focus();
}
