/** What few set and is set, each to be left by itself: below the fold of its controls while that is shut. */
import { init } from '../initPicture';
import { set, settings } from '../state';
import { type Group, type Unusual, unusualIn, withoutUnusual } from '../unusual';
import { unusualText } from '../unusualText';
import { lateWords, words } from '../words';
import { IconButton } from './IconButton';

interface Props {
  readonly group: Group;
  /** This one alone. */
  readonly only?: Unusual;
}

export function UnusualRows({ group, only }: Props) {
  const late = lateWords();
  // A picture to begin from has one pass.
  const here = unusualIn(settings.value, group).filter(
    (one) => one === (only ?? one) && !(one === 'hires' && init.value),
  );
  if (here.length === 0) return null;
  return (
    <ul class="unusual" aria-label={late.unusual}>
      {here.map((one) => {
        const name = words().jobOf(...unusualText(one, settings.value));
        return (
          <li key={one} class="option-row" data-testid={`unusual-${one}`}>
            <span class="option-name">{name}</span>
            <IconButton
              icon="close"
              testid={`leave-${one}`}
              label={late.remove(name)}
              onClick={(event) => {
                focusBeside(event.currentTarget);
                set(withoutUnusual(settings.value, one));
              }}
            />
          </li>
        );
      })}
    </ul>
  );
}

/** The focus does not go with what goes: to the row that takes its place, or to the fold that it belongs to. */
function focusBeside(button: HTMLElement): void {
  const row = button.closest('li')!;
  const list = row.parentElement!;
  const beside = row.nextElementSibling ?? row.previousElementSibling;
  const fold = list.closest('details.fold') ?? list.previousElementSibling;
  (beside?.querySelector('button') ?? fold?.querySelector('summary'))?.focus();
}
