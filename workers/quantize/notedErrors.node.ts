/** Errors by weight in a file, so that what was measured before a stop is not measured again. */
import { readFile } from 'node:fs/promises';
import { writeWhole } from '../../models/writeWhole.node';

/** Those noted at `path`, or none. */
export async function notedErrors(path: string): Promise<Map<string, number>> {
  const text = await readFile(path, 'utf8').catch(() => '[]');
  return new Map(JSON.parse(text) as [string, number][]);
}

export async function noteErrors(path: string, errors: ReadonlyMap<string, number>): Promise<void> {
  await writeWhole(path, JSON.stringify([...errors]));
}
