/** Name, language, appearance. */
import { notFetched } from '../lateParts';
import { tell } from '../state';
import { nextTheme, theme } from '../theme';
import { chooseLanguage, LANGUAGES, type Language, language, words } from '../words';
import { Mark } from './Icon';
import { IconButton } from './IconButton';

export function Header() {
  const said = words();
  return (
    <header class="head">
      <h1 class="name">
        <Mark />
        {said.title}
      </h1>
      <p class="tagline">{said.tagline}</p>
      <div class="head-tools">
        <select
          class="quiet"
          data-testid="language"
          aria-label={said.languageSwitch}
          value={language.value}
          onChange={(event) => void choose(event.currentTarget)}
        >
          {Object.entries(LANGUAGES).map(([code, name]) => (
            <option key={code} value={code} lang={code}>
              {name}
            </option>
          ))}
        </select>
        <IconButton
          icon={theme.value}
          testid="theme"
          label={`${said.theme}: ${said.themes[theme.value]}`}
          onClick={nextTheme}
        />
      </div>
    </header>
  );
}

async function choose(select: HTMLSelectElement): Promise<void> {
  try {
    await chooseLanguage(select.value as Language);
  } catch (thrown) {
    select.value = language.value;
    tell({ type: 'problem', problem: { during: 'models', failure: notFetched(thrown) } });
  }
}
