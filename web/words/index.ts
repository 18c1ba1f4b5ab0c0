/** Which words the page uses: the person's choice, else the browser's language, else English. */
import { signal } from '@preact/signals';
import { readKept, writeKept } from '../kept';
import type { Words } from './en';
import type { LateWords } from './en.late';
import { type Language, lateWordsIn, pickLanguage, wordsIn } from './languages';

export { failureText, LANGUAGES, type Language, sizeText } from './languages';

const kept = readKept('language');
export const language = signal<Language>(pickLanguage([...(kept ? [kept] : []), ...navigator.languages]));
const spoken = signal<Words | undefined>(undefined);
const spokenLate = signal<LateWords | undefined>(undefined);

const AGAIN_MILLISECONDS = 2_000;

/** Fetches the words of the page's first language, until they come: nothing can be shown before, nor said of it. */
export async function findWords(): Promise<void> {
  for (;;) {
    try {
      return await setLanguage(language.value);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MILLISECONDS));
    }
  }
}

/** Fetches what the late parts of the page say. They cannot be shown before. */
export async function findLateWords(): Promise<void> {
  const first = language.value;
  const found = await lateWordsIn[first]();
  // Another language may have been chosen meanwhile.
  if (language.value !== first) return findLateWords();
  spokenLate.value = found;
}

/** Resolves when the page speaks `next`. Where its words cannot be fetched, it rejects and the page goes on as it was. */
async function setLanguage(next: Language): Promise<void> {
  spoken.value = await wordsIn[next]();
  language.value = next;
  if (spokenLate.value) await findLateWords();
}

/** The same by the person's choice, for this visit and those to come. */
export async function chooseLanguage(next: Language): Promise<void> {
  await setLanguage(next);
  writeKept('language', next);
}

/** The words in the present language; components that call it follow a switch. */
export const words = (): Words => spoken.value!;

/** The same for parts out of `late.ts`. */
export const lateWords = (): LateWords => spokenLate.value!;
