/** Files that the page keeps on the device by name: taken in, renamed, deleted, and found again when a picture asks for them. */
import { pickedSource } from '../models/folder.picked';
import type { ByteSource } from '../models/source';
import { stem } from '../models/stem';
import type { PickedFile } from './api';
import { CodedError } from './errors';
import { wholeHash } from './loraHash';
import { type FileRecord, type FileSummary, fileRecords } from './store/fileRecords';
import { locking } from './store/locking';
import type { Records } from './store/records';

/** A kind of file. */
export interface FileKind<Summary extends FileSummary> {
  /** Before its keys and locks. */
  readonly kind: string;
  /** What messages call one. */
  readonly noun: string;
  /** Rejects where `source` is none; else what is known of it besides, by its id. `known`: as `take` was told. */
  describe(
    source: ByteSource,
    known?: Partial<Omit<Summary, keyof FileSummary>>,
  ): Promise<(id: string) => Omit<Summary, keyof FileSummary>>;
}

export interface KeptFiles<Summary extends FileSummary> {
  list(): Promise<Summary[]>;
  names(): Promise<string[]>;
  /** One that is here already stays as it is. `known`: besides what its bytes and its name say. Rejects as `describe` does, and with `storage-full`. */
  take(picked: PickedFile, known?: Partial<Omit<Summary, keyof FileSummary>>): Promise<Summary>;
  rename(id: string, name: string): Promise<Summary>;
  /** Whoever draws with it has read what is needed, or is told. */
  delete(id: string): Promise<void>;
  /** `undefined` where there is none of this name, `corrupt-store` where it is not what was kept. */
  open(name: string): Promise<ByteSource | undefined>;
  /** The same to look at: its bytes are not held against their hash. */
  look(name: string): Promise<ByteSource | undefined>;
}

const MOST_CHARACTERS = 200;

export function keptFiles<Summary extends FileSummary>(
  records: Records,
  { kind, noun, describe }: FileKind<Summary>,
): KeptFiles<Summary> {
  const files = fileRecords<Summary>(records, { kind, noun });
  const locks = locking(`pocket-diffusion/${kind}s/`);
  /** Whose bytes were held against their hash in this engine's life. */
  const sound = new Set<string>();
  /** One at a time, in whatever tab: a name that is free is taken before another looks for one. */
  const naming = <T>(work: () => Promise<T>): Promise<T> => locks.alone('names', work);
  const list = async (): Promise<Summary[]> => (await files.list()).map(({ summary }) => summary);
  const named = async (name: string): Promise<FileRecord<Summary> | undefined> =>
    (await files.list()).find(({ summary }) => summary.name === name);
  return {
    list,
    names: async () => (await list()).map(({ name }) => name),
    delete: (id) => files.drop(id),
    async take({ path, file }, known) {
      const source = pickedSource(path, file);
      const more = await describe(source, known);
      const id = await wholeHash(source);
      // A picked file may be moved; what is kept is a copy that is the browser's.
      const its =
        file instanceof Blob ? file : new Blob([(await source.read(0, source.size)) as Uint8Array<ArrayBuffer>]);
      return naming(async () => {
        const here = await list();
        const same = here.find((one) => one.id === id);
        if (same) return same;
        const name = freeName(nameOf(path) || noun, here);
        const summary = { id, name, bytes: source.size, ...more(id), ...known } as Summary;
        return files.keep({ summary, file: its });
      });
    },
    rename: (id, name) =>
      naming(async () => {
        const record = await files.byId(id);
        const checked = checkedName(name, id, noun, await list());
        return files.keep({ ...record, summary: { ...record.summary, name: checked } });
      }),
    async open(name) {
      const record = await named(name);
      if (!record) return undefined;
      const source = pickedSource(name, record.file);
      const { id } = record.summary;
      if (!sound.has(id)) await prove(source, id, noun);
      sound.add(id);
      return source;
    },
    async look(name) {
      const record = await named(name);
      return record && pickedSource(name, record.file);
    },
  };
}

async function prove(source: ByteSource, id: string, noun: string): Promise<void> {
  const got = await wholeHash(source);
  if (got !== id) throw new CodedError('corrupt-store', { argument: `${noun} ${source.name}`, expected: id, got });
}

/** A file's name without what would end it in a prompt. */
const nameOf = (path: string): string =>
  stem(path)
    .replace(/[<>:]/g, '')
    .trim()
    .slice(0, MOST_CHARACTERS - 8);

function freeName(name: string, here: readonly FileSummary[]): string {
  const taken = new Set(here.map((one) => one.name));
  for (let i = 2, free = name; ; free = `${name} (${i++})`) if (!taken.has(free)) return free;
}

function checkedName(name: string, id: string, noun: string, here: readonly FileSummary[]): string {
  const got = name.trim();
  const refuse = (expected: string): never => {
    throw new CodedError('bad-argument', { argument: 'name', expected, got: got === '' ? 'none' : got });
  };
  if (got === '' || got.length > MOST_CHARACTERS || /[<>:]/.test(got))
    refuse(`1 to ${MOST_CHARACTERS} characters, none of <, > and :`);
  if (here.some((one) => one.name === got && one.id !== id)) refuse(`a name that no other ${noun} has`);
  return got;
}
