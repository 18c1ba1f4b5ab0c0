/** The page's LoRAs: taken in, renamed, deleted, and found by name when a picture asks for them. */
import { pickedSource } from '../models/folder.picked';
import { openLora } from '../models/lora/loraFile';
import type { ByteSource } from '../models/source';
import type { LoraSummary, PickedFile } from './api';
import { CodedError } from './errors';
import { loraHash, wholeHash } from './loraHash';
import type { LoraShelf } from './loras';
import { locking } from './store/locking';
import { dropLora, keepLora, loraById, loraRecords } from './store/loraRecords';
import type { Records } from './store/records';

export interface KeptLoras extends LoraShelf {
  list(): Promise<LoraSummary[]>;
  /** `LoraSummary.hash` of those of `names` that are here, by name. */
  hashes(names: readonly string[]): Promise<Record<string, string>>;
  /** As `EngineApi.importLora`. */
  take(picked: PickedFile): Promise<LoraSummary>;
  rename(id: string, name: string): Promise<LoraSummary>;
  /** Whoever draws with it has read what is needed, or is told. */
  delete(id: string): Promise<void>;
}

const MOST_CHARACTERS = 200;

const locks = locking('pocket-diffusion/loras/');

export function keptLoras(records: Records): KeptLoras {
  /** Whose bytes were held against their hash in this engine's life. */
  const sound = new Set<string>();
  /** One at a time, in whatever tab: a name that is free is taken before another looks for one. */
  const naming = <T>(work: () => Promise<T>): Promise<T> => locks.alone('names', work);
  const summaries = async (): Promise<LoraSummary[]> => (await loraRecords(records)).map(({ summary }) => summary);
  return {
    list: summaries,
    hashes: async (wanted) =>
      Object.fromEntries(
        (await summaries()).filter(({ name }) => wanted.includes(name)).map(({ name, hash }) => [name, hash]),
      ),
    names: async () => (await summaries()).map(({ name }) => name),
    delete: (id) => dropLora(records, id),
    async take({ path, file }) {
      const source = pickedSource(path, file);
      await openLora(source);
      const [id, hash] = [await wholeHash(source), await loraHash(source)];
      // A picked file may be moved; what is kept is a copy that is the browser's.
      const its =
        file instanceof Blob ? file : new Blob([(await source.read(0, source.size)) as Uint8Array<ArrayBuffer>]);
      return naming(async () => {
        const here = await summaries();
        const known = here.find((one) => one.id === id);
        if (known) return known;
        const name = freeName(nameOf(path), here);
        return keepLora(records, { summary: { id, name, bytes: source.size, hash }, file: its });
      });
    },
    rename: (id, name) =>
      naming(async () => {
        const record = await loraById(records, id);
        const summary = { ...record.summary, name: checkedName(name, id, await summaries()) };
        return keepLora(records, { ...record, summary });
      }),
    async open(name) {
      const record = (await loraRecords(records)).find(({ summary }) => summary.name === name);
      if (!record) return undefined;
      const source = pickedSource(name, record.file);
      const { id } = record.summary;
      if (!sound.has(id)) await prove(source, id);
      sound.add(id);
      return source;
    },
  };
}

async function prove(source: ByteSource, id: string): Promise<void> {
  const got = await wholeHash(source);
  if (got !== id) throw new CodedError('corrupt-store', { argument: `LoRA ${source.name}`, expected: id, got });
}

/** A file's name without what would end it in a prompt. */
const nameOf = (path: string): string =>
  path
    .replace(/^.*[\\/]/s, '')
    .replace(/\.safetensors$/i, '')
    .replace(/[<>:]/g, '')
    .trim()
    .slice(0, MOST_CHARACTERS - 8) || 'LoRA';

function freeName(name: string, here: readonly LoraSummary[]): string {
  const taken = new Set(here.map((one) => one.name));
  for (let i = 2, free = name; ; free = `${name} (${i++})`) if (!taken.has(free)) return free;
}

function checkedName(name: string, id: string, here: readonly LoraSummary[]): string {
  const got = name.trim();
  const refuse = (expected: string): never => {
    throw new CodedError('bad-argument', { argument: 'name', expected, got: got === '' ? 'none' : got });
  };
  if (got === '' || got.length > MOST_CHARACTERS || /[<>:]/.test(got))
    refuse(`1 to ${MOST_CHARACTERS} characters, none of <, > and :`);
  if (here.some((one) => one.name === got && one.id !== id)) refuse('a name that no other LoRA has');
  return got;
}
