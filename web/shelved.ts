/** Files of one kind that are kept on the device, as the page knows them. */
import { type Signal, signal } from '@preact/signals';
import type { ControlShelfApi, Failure, LoraShelfApi } from '../workers/api';
import { asFailure, shelf } from './engines';

export interface Shelved<Summary> {
  /** `undefined` until they are known. */
  readonly kept: Signal<readonly Summary[] | undefined>;
  /** What last went wrong with them: of several files with each. */
  readonly problems: Signal<readonly Failure[]>;
  /** Rejects as the engine does. */
  learn(): Promise<readonly Summary[]>;
  /** What goes wrong with one of them is in `problems`, and keeps the others from nothing. Resolves to which went well. */
  trying(...works: readonly (() => Promise<unknown>)[]): Promise<boolean[]>;
}

export function shelved<Summary>(
  list: (its: LoraShelfApi & ControlShelfApi) => Promise<readonly Summary[]>,
): Shelved<Summary> {
  const kept = signal<readonly Summary[] | undefined>(undefined);
  const problems = signal<readonly Failure[]>([]);
  const learn = async (): Promise<readonly Summary[]> => {
    const here = await shelf.minding(list);
    kept.value = here;
    return here;
  };
  const trying = async (...works: readonly (() => Promise<unknown>)[]): Promise<boolean[]> => {
    const met: Failure[] = [];
    const went: boolean[] = [];
    for (const work of works) {
      try {
        await work();
        went.push(true);
      } catch (thrown) {
        met.push(asFailure(thrown));
        went.push(false);
      }
    }
    await learn().catch((thrown: unknown) => {
      if (met.length === 0) met.push(asFailure(thrown));
    });
    problems.value = met;
    return went;
  };
  return { kept, problems, learn, trying };
}

/** Of a network with thousands of layers a header takes less. */
const MOST_HEADER_BYTES = 1 << 22;

/** The header of a safetensors file, as text, to see by its names what is in it; empty of what is none. */
export async function headerOf(file: Blob): Promise<string> {
  const prefix = new DataView(await file.slice(0, 8).arrayBuffer());
  if (prefix.byteLength < 8) return '';
  const length = Math.min(Number(prefix.getBigUint64(0, true)), MOST_HEADER_BYTES);
  return new TextDecoder().decode(await file.slice(8, 8 + length).arrayBuffer());
}
