/** Which words the page uses: the person's choice, else the browser's language, else English. */
import { signal } from '@preact/signals';
import { readKept, writeKept } from '../kept';
import type { Words } from './en';
import { LANGUAGES, type Language, pickLanguage } from './languages';

export { failureText, LANGUAGES, type Language, sizeText } from './languages';

const kept = readKept('language');
export const language = signal<Language>(pickLanguage([...(kept ? [kept] : []), ...navigator.languages]));

export function setLanguage(next: Language): void {
  language.value = next;
  writeKept('language', next);
}

/** The words in the present language; components that call it follow a switch. */
export const words = (): Words => LANGUAGES[language.value];
