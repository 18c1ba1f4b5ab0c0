/**
 * A stage's packed weights with LoRAs added while they are read: a weight is taken out of its packed form, changed and put back a
 * few rows at a time, so that besides what a reader holds there is one weight, and no second copy of all. What no LoRA
 * changes is read as it lies there.
 */
import { byKey } from '../pack';
import type { PackedTensor, StageWeights } from '../stage';
import { checkBounds } from '../stageWeights';
import type { Aside, Kept, PutAside } from './aside';
import { type Change, type LoadedChange, loadChange } from './changes';
import { packedRows } from './packedRows';

/** Numbers that are changed at a time, about. */
const TOGETHER = 1 << 20;

/** Changed tensors up to this size are held: ORT's optimizers look at some before the session does (chunkWeights.ts does the same). */
const SMALL_BYTES = 64 * 1024;

/** Everything that is stored of one weight. */
interface Group {
  readonly key: string;
  readonly tensors: readonly PackedTensor[];
  readonly changes: readonly Change[];
}

export interface ChangingOptions {
  /**
   * They will be read part by part, over and over (`StageWeights.prepare`): a part's LoRAs are in memory for as long as it is, and
   * what was changed once is put aside here, unless it is in `again`.
   */
  readonly aside?: Aside;
  /** The same weights will be opened again: what is changed goes there, and what is there is not changed anew. Not closed here. */
  readonly again?: PutAside;
}

/**
 * `base`, of which `tensors` is the plan, with `changes` by the weights' names. Without `aside` all of these are read now. Rejects,
 * and later throws, `bad-model` where a LoRA's numbers are not finite or make such of a weight.
 */
export async function changedWeights(
  base: StageWeights,
  tensors: readonly PackedTensor[],
  changes: ReadonlyMap<string, readonly Change[]>,
  { aside, again }: ChangingOptions = {},
): Promise<StageWeights> {
  const groups = [...byKey(tensors)].flatMap(([key, stored]): Group[] => {
    const of = changes.get(key);
    return of ? [{ key, tensors: stored, changes: of }] : [];
  });
  if (groups.length === 0) return base;
  const changing = new Changing(base, groups, aside, again);
  if (!aside) await changing.begin();
  return changing;
}

class Changing implements StageWeights {
  readonly bytes: number;
  readonly prepare?: NonNullable<StageWeights['prepare']>;
  readonly #loaded = new Map<string, LoadedChange[]>();
  /** Changed tensors that were not yet asked for, or are small, by name. */
  readonly #held = new Map<string, Uint8Array>();
  /** What was put aside for this opening alone. */
  readonly #kept = new Map<string, Kept>();
  /** Keys of what earlier openings have changed, where all is read at once. */
  readonly #done = new Set<string>();

  constructor(
    readonly base: StageWeights,
    readonly groups: readonly Group[],
    readonly aside: Aside | undefined,
    readonly again: PutAside | undefined,
  ) {
    this.bytes = base.bytes;
    if (aside) this.prepare = (part) => this.#prepare(part);
  }

  /** For reading all of them at once. */
  async begin(): Promise<void> {
    for (const { key, tensors } of this.groups) {
      if (await this.again?.has(tensors.map(({ name }) => name))) this.#done.add(key);
    }
    await this.#load(this.groups.filter(({ key }) => !this.#done.has(key)));
  }

  async #load(groups: readonly Group[]): Promise<void> {
    for (const { key, changes } of groups) this.#loaded.set(key, await Promise.all(changes.map(loadChange)));
  }

  read(begin: number, end: number): Uint8Array {
    checkBounds(begin, end, this.bytes);
    for (const group of this.groups) {
      const within = group.tensors.filter(({ offset, bytes }) => offset < end && begin < offset + bytes);
      if (within.length === 0) continue;
      const [only] = within;
      const whole = within.length === 1 && only!.offset === begin && only!.offset + only!.bytes === end;
      return whole ? this.#tensor(group, only!) : this.#slice(begin, end);
    }
    return this.base.read(begin, end);
  }

  close(): void {
    this.#loaded.clear();
    this.#held.clear();
    this.aside?.close();
    this.base.close();
  }

  async #prepare(part: readonly Pick<PackedTensor, 'offset' | 'bytes'>[]): Promise<void> {
    this.#held.clear();
    this.#loaded.clear();
    const offsets = new Set(part.map(({ offset }) => offset));
    const here = this.groups.filter(({ tensors }) => tensors.some(({ offset }) => offsets.has(offset)));
    const isDone = new Set<Group>();
    for (const group of here) if (await this.#broughtBack(group)) isDone.add(group);
    const unread = new Set([...isDone].flatMap(({ tensors }) => tensors.map(({ offset }) => offset)));
    await this.base.prepare?.(part.filter(({ offset }) => !unread.has(offset)));
    await this.#load(here.filter((group) => !isDone.has(group)));
  }

  /** Holds all tensors of `group`, where they were changed before. What is gone again, as a browser's blob may be, is changed anew. */
  async #broughtBack({ tensors }: Group): Promise<boolean> {
    const kept = tensors.map(({ name }) => this.#kept.get(name) ?? this.again?.get(name));
    if (kept.includes(undefined)) return false;
    try {
      const back = await Promise.all(kept.map((each) => each!.later()));
      for (const [i, { name }] of tensors.entries()) this.#held.set(name, back[i]!);
      return true;
    } catch {
      return false;
    }
  }

  #tensor(group: Group, { name, bytes }: PackedTensor): Uint8Array {
    if (!this.#held.has(name)) this.#change(group);
    const changed = this.#held.get(name)!;
    if (bytes > SMALL_BYTES) this.#held.delete(name);
    return changed;
  }

  /** For whoever reads neither tensor by tensor nor each once. */
  #slice(begin: number, end: number): Uint8Array {
    const slice = this.base.read(begin, end).slice();
    for (const group of this.groups) {
      for (const { name, offset, bytes } of group.tensors) {
        const [from, to] = [Math.max(begin, offset), Math.min(end, offset + bytes)];
        if (from >= to) continue;
        if (!this.#held.has(name)) {
          this.#held.clear();
          this.#change(group);
        }
        slice.set(this.#held.get(name)!.subarray(from - offset, to - offset), from - begin);
      }
    }
    return slice;
  }

  /** Holds all tensors of `group` as they become. */
  #change({ key, tensors }: Group): void {
    if (this.#done.has(key)) {
      for (const { name } of tensors) this.#held.set(name, this.again!.get(name)!.now!());
      return;
    }
    // Copies: what was read is valid until the next read, or may be the file's own memory.
    const packed = tensors.map(({ offset, bytes, ...tensor }) => ({
      ...tensor,
      bytes: this.base.read(offset, offset + bytes).slice(),
    }));
    const rows = packedRows(packed);
    const deltas = this.#loaded.get(key)!.map((change) => change.delta());
    const some = Math.max(1, Math.floor(TOGETHER / rows.columns));
    const together = deltas.some(({ whole }) => whole) ? rows.rows : some;
    for (let begin = 0; begin < rows.rows; begin += together) {
      const part = { begin, end: Math.min(rows.rows, begin + together) };
      const sum = rows.take(part);
      for (const delta of deltas) delta.add(sum, part);
      rows.put(sum, part);
    }
    for (const { name, bytes } of packed) {
      this.#held.set(name, bytes);
      const isThere = this.again?.put(name, bytes) ?? false;
      if (this.aside && !isThere) this.#kept.set(name, this.aside.put(bytes));
    }
  }
}
