/**
 * What is written down about bytes that are on their way in, after each chunk: an import that is being converted, a
 * file that is being downloaded. It keeps them from being swept, and lets either go on where it was stopped.
 */
import { RECORD_FORMAT } from './modelRecord';
import type { Again } from './notedOptions';
import type { Entry } from './records';
import type { StoredBytes } from './storedBytes';

export interface Journal extends Again {
  readonly format: number;
  readonly kind: 'import' | 'download';
  /** Names the work: the same key is the same work again. */
  readonly key: string;
  /** For people: the model's or the file's. */
  readonly name: string;
  /** When it last grew, milliseconds since 1970. */
  readonly touched: number;
  /** Whether it may go on; otherwise it is swept as soon as its work is over. */
  readonly resumable: boolean;
  /** By stage, or the file with those that go with it. */
  readonly parts: Readonly<Record<string, StoredBytes>>;
  /** What a download remembers of its source. */
  readonly state?: object | undefined;
}

export const journalKey = ({ kind, key }: Pick<Journal, 'kind' | 'key'>): string => `${kind}:${key}`;
export const isJournalKey = (key: string): boolean => /^(import|download):/.test(key);

/** The lock that is held while the work goes on. */
export const journalLock = journalKey;

export const journalEntry = (journal: Journal): Entry => [journalKey(journal), journal];

/** `value` as a journal of this format, or `undefined`. */
export function asJournal(value: unknown): Journal | undefined {
  const journal = value as Partial<Journal> | undefined;
  const sound =
    journal?.format === RECORD_FORMAT && typeof journal.key === 'string' && typeof journal.parts === 'object';
  return sound ? (journal as Journal) : undefined;
}
