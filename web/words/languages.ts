/** The languages the page speaks, and how failures and sizes are said in them. */
import type { Failure } from '../../workers/api';
import type { Words } from './en';
import type { LateWords } from './en.late';

/** By their own names. */
export const LANGUAGES = { en: 'English', zh: '中文' } as const;
export type Language = keyof typeof LANGUAGES;

/** Each is a file of its own: a visit fetches one. */
export const wordsIn: Readonly<Record<Language, () => Promise<Words>>> = {
  en: async () => (await import('./en')).en,
  zh: async () => (await import('./zh')).zh,
};

/** The same for what comes later (late.ts). */
export const lateWordsIn: Readonly<Record<Language, () => Promise<LateWords>>> = {
  en: async () => (await import('./en.late')).late,
  zh: async () => (await import('./zh.late')).late,
};

/** The first of `preferred` (as in `navigator.languages`) that the page speaks. */
export const pickLanguage = (preferred: readonly string[]): Language =>
  preferred.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag): tag is Language => tag in LANGUAGES) ?? 'en';

const NO_DETAILS = { argument: '?', expected: '?', got: '?' };

/** A failure in words. */
export const failureText = ({ code, details }: Failure, said: Words): string =>
  said.errors[code](details ?? NO_DETAILS);

/** Bytes as people read them: 25 MB, 1.9 GB. */
export function sizeText(bytes: number): string {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} KB`;
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
