/** LoRAs kept on the device, and those that the next picture is drawn with: by name, in the settings. */
import { signal } from '@preact/signals';
import type { ChosenLora, Failure, LoraSummary, PickedFile } from '../workers/api';
import { asFailure, shelf } from './engines';
import { set, settings, tell } from './state';

/** `undefined` until they are known. */
export const loras = signal<readonly LoraSummary[] | undefined>(undefined);

/** What last went wrong with them: of several files with each. */
export const loraProblems = signal<readonly Failure[]>([]);

/** Rejects as the engine does. */
export async function learnLoras(): Promise<readonly LoraSummary[]> {
  const here = await shelf.minding((its) => its.loras());
  loras.value = here;
  return here;
}

/** What goes wrong with one of them is in `loraProblems`, and keeps the others from nothing. Resolves to which went well. */
async function trying(...works: readonly (() => Promise<unknown>)[]): Promise<boolean[]> {
  const problems: Failure[] = [];
  const went: boolean[] = [];
  for (const work of works) {
    try {
      await work();
      went.push(true);
    } catch (thrown) {
      problems.push(asFailure(thrown));
      went.push(false);
    }
  }
  await learnLoras().catch((thrown: unknown) => {
    if (problems.length === 0) problems.push(asFailure(thrown));
  });
  loraProblems.value = problems;
  return went;
}

export const openShelf = (): Promise<unknown> => trying();

/** Keeps them, and draws with them from now on. Resolves to which are kept. */
export const keepLoras = (files: readonly PickedFile[]): Promise<boolean[]> =>
  trying(
    ...files.map((file) => async () => {
      const { name } = await shelf.minding((its) => its.importLora(file));
      if (!chosenNamed(name)) chooseLora(name, 1);
    }),
  );

/**
 * Of what was dropped, wherever the page is looked at, keeps the files that are LoRAs, and says at its foot what came of it.
 * Resolves to their places.
 */
export async function takeLoras(dropped: readonly (readonly PickedFile[])[]): Promise<number[]> {
  const are = await Promise.all(dropped.map((files) => files.length === 1 && isLora(files[0]!)));
  const places = [...are.keys()].filter((index) => are[index]);
  if (places.length === 0) return places;
  const files = places.map((index) => dropped[index]![0]!);
  const kept = await keepLoras(files);
  const names = files.filter((_, i) => kept[i]).map(({ path }) => path);
  const toast = { type: 'loras', names, failures: loraProblems.value } as const;
  tell({ type: 'toast', toast });
  return places;
}

export const renameLora = ({ id, name: before }: LoraSummary, wanted: string): Promise<unknown> =>
  trying(async () => {
    const { name } = await shelf.minding((its) => its.renameLora(id, wanted));
    set({ loras: settings.value.loras.map((one) => (one.name === before ? { ...one, name } : one)) });
  });

export const deleteLora = ({ id, name }: LoraSummary): Promise<unknown> =>
  trying(async () => {
    await shelf.minding((its) => its.deleteLora(id));
    chooseLora(name, undefined);
  });

export const chosenNamed = (name: string): ChosenLora | undefined =>
  settings.value.loras.find((one) => one.name === name);

/** Draws with it by this weight, or, without one, no more. What was another weight for the text encoder becomes this. */
export function chooseLora(name: string, weight: number | undefined): void {
  const before = settings.value.loras;
  const at = before.findIndex((one) => one.name === name);
  if (weight === undefined) set({ loras: before.filter((one) => one.name !== name) });
  else set({ loras: at < 0 ? [...before, { name, weight }] : before.with(at, { name, weight }) });
}

/** Whether a file that was dropped is one, by the names in its header. */
async function isLora({ path, file }: PickedFile): Promise<boolean> {
  if (!/\.safetensors$/i.test(path)) return false;
  const prefix = new DataView(await file.slice(0, 8).arrayBuffer());
  if (prefix.byteLength < 8) return false;
  const length = Math.min(Number(prefix.getBigUint64(0, true)), MOST_HEADER_BYTES);
  const header = new TextDecoder().decode(await file.slice(8, 8 + length).arrayBuffer());
  return /"[^"]*(\.lora_(up|down|[AB])\.|[._]lora\.(up|down)\.|_lora\.(up|down)\.|\.hada_w1_a|\.lokr_w1|\.diff"|\.diff_b"|\.oft_blocks"|\.on_input"|\.a1\.weight")/.test(
    header,
  );
}

/** Of a network with thousands of layers a header takes less. */
const MOST_HEADER_BYTES = 1 << 22;
