/** Which words the page uses: the person's choice, else the browser's language, else English. */
import { signal } from '@preact/signals';
import { readKept, writeKept } from '../kept';
import type { Words } from './en';
import { type Language, pickLanguage, wordsIn } from './languages';

export { failureText, LANGUAGES, type Language, sizeText } from './languages';

const kept = readKept('language');
export const language = signal<Language>(pickLanguage([...(kept ? [kept] : []), ...navigator.languages]));
const spoken = signal<Words | undefined>(undefined);

/** Fetches the words of the page's first language. Nothing can be shown before. */
export const findWords = (): Promise<void> => setLanguage(language.value);

/** Resolves when the page speaks `next`. Where its words cannot be fetched, it rejects and the page goes on as it was. */
async function setLanguage(next: Language): Promise<void> {
  const found = await wordsIn[next]();
  spoken.value = found;
  language.value = next;
}

/** The same by the person's choice, for this visit and those to come. */
export async function chooseLanguage(next: Language): Promise<void> {
  await setLanguage(next);
  writeKept('language', next);
}

/** The words in the present language; components that call it follow a switch. */
export const words = (): Words => spoken.value!;
