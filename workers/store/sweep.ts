/** Gives space back: what no model stands on, what was thrown away, what was begun and left. */
import type { Freeable } from '../api';
import { asJournal, isJournalKey, type Journal, journalKey, journalLock } from './journal';
import { asModelRecord, isModelKey, isNewerRecord, type ModelRecord, modelChunkKeys, modelKey } from './modelRecord';
import { againIn } from './notedOptions';
import { CHANGING, READING, type Storage } from './storage';
import { bytesOf, chunkKeys, isChunkKey } from './storedBytes';

/** How long a model that was thrown away can be had back. */
export const UNDO_MILLISECONDS = 10 * 60_000;
/** How long something begun is kept for going on. */
export const STALE_MILLISECONDS = 14 * 24 * 3_600_000;

export interface Contents {
  readonly keys: readonly string[];
  readonly models: readonly ModelRecord<unknown>[];
  readonly journals: readonly Journal[];
  /** Records that are none. */
  readonly broken: readonly string[];
  /** A newer engine wrote some of it: nothing is ours to delete. */
  readonly newer: boolean;
}

/** Everything there is, short of the bytes themselves. */
export async function contents({ records }: Storage): Promise<Contents> {
  const keys = await records.keys();
  const found = { models: [] as ModelRecord<unknown>[], journals: [] as Journal[], broken: [] as string[] };
  let newer = false;
  for (const key of keys) {
    if (!isModelKey(key) && !isJournalKey(key)) continue;
    const value = await records.get(key);
    const model = isModelKey(key) ? asModelRecord(value) : undefined;
    const journal = isJournalKey(key) ? asJournal(value) : undefined;
    if (model) found.models.push(model);
    else if (journal) found.journals.push(journal);
    else if (isNewerRecord(value)) newer = true;
    else if (value !== undefined) found.broken.push(key);
  }
  return { keys, newer, ...found };
}

/** Deletes chunks, files and records that nothing stands on. Call it while holding `CHANGING`. */
export async function sweep(storage: Storage): Promise<void> {
  const { keys, models, journals, broken, newer } = await contents(storage);
  if (newer) return;
  const parts = journals.flatMap((journal) => Object.values(journal.parts));
  const used = new Set([...models.flatMap(modelChunkKeys), ...parts.flatMap(chunkKeys)]);
  const orphans = keys.filter((key) => isChunkKey(key) && !used.has(key));
  if (orphans.length + broken.length > 0) await storage.records.write([], [...broken, ...orphans]);
  const files = [...models.flatMap(({ stages }) => stages), ...parts].flatMap(({ file }) => file ?? []);
  // Somebody may have opened a model before its record was replaced, and read its file.
  await storage.locks.aloneIfFree(READING, () => sweepFiles(storage, new Set(files)));
}

async function sweepFiles({ files }: Storage, used: ReadonlySet<string>): Promise<void> {
  if (!files) return;
  for await (const name of files.keys()) {
    if (!used.has(name)) await files.removeEntry(name).catch(() => undefined); // Open somewhere: the next sweep takes it.
  }
}

/** What can be given up, and is not in use. */
export async function freeable(storage: Storage): Promise<Freeable[]> {
  const { models, journals } = await contents(storage);
  const found: Freeable[] = models.flatMap(({ summary, discarded }) =>
    discarded === undefined
      ? []
      : [{ kind: 'discarded' as const, key: summary.id, name: summary.name, bytes: summary.bytes, since: discarded }],
  );
  for (const journal of journals) {
    const { kind, key, name, touched, parts } = journal;
    const bytes = Object.values(parts).reduce((sum, part) => sum + bytesOf(part), 0);
    await storage.locks.aloneIfFree(journalLock(journal), async () => {
      found.push({ kind, key, name, bytes, since: touched, ...againIn(journal) });
    });
  }
  return found;
}

/** Which of what can be given up is. */
export interface GivenUp {
  /** Thrown away at `since`, milliseconds since 1970. */
  discarded(since: number): boolean;
  journal(journal: Journal): boolean;
}

/** What is long past being had back, or past going on. */
export const old = (now: number): GivenUp => ({
  discarded: (since) => now - since >= UNDO_MILLISECONDS,
  journal: ({ resumable, touched }) => !resumable || now - touched >= STALE_MILLISECONDS,
});

/** Gives up what `which` says, then sweeps. What is being worked on or read stays. */
export async function giveUp(storage: Storage, which: GivenUp): Promise<void> {
  await storage.locks.alone(CHANGING, async () => {
    const { models, journals, newer } = await contents(storage);
    if (newer) return;
    const gone = models.filter(({ discarded }) => discarded !== undefined && which.discarded(discarded));
    const keys = gone.map(({ summary }) => modelKey(summary.id));
    await storage.locks.aloneIfFree(READING, () => remove(storage, keys));
    for (const journal of journals.filter(which.journal)) {
      await storage.locks.aloneIfFree(journalLock(journal), () => remove(storage, [journalKey(journal)]));
    }
    await sweep(storage);
  });
}

const remove = async ({ records }: Storage, keys: readonly string[]): Promise<void> => {
  if (keys.length > 0) await records.write([], keys);
};
