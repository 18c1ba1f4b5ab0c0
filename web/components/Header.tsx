/** Name, language, appearance. */
import { nextTheme, theme } from '../theme';
import { LANGUAGES, type Language, language, setLanguage, words } from '../words';
import { Icon, Mark } from './Icon';

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
          onChange={(event) => setLanguage(event.currentTarget.value as Language)}
        >
          {Object.entries(LANGUAGES).map(([code, { language: name }]) => (
            <option key={code} value={code} lang={code}>
              {name}
            </option>
          ))}
        </select>
        <button
          type="button"
          class="quiet square"
          data-testid="theme"
          aria-label={`${said.theme}: ${said.themes[theme.value]}`}
          title={`${said.theme}: ${said.themes[theme.value]}`}
          onClick={nextTheme}
        >
          <Icon name={theme.value} />
        </button>
      </div>
    </header>
  );
}
