/** LoRAs kept on the device, and those that the next picture is drawn with: by name, in the settings. */
import type { ChosenLora, LoraSummary, PickedFile } from '../workers/api';
import { shelf } from './engines';
import { headerOf, shelved } from './shelved';
import { set, settings, tell } from './state';

const { kept, problems, learn, trying } = shelved<LoraSummary>((its) => its.loras());

export const loras = kept;
export const loraProblems = problems;
export const learnLoras = learn;

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
  return /"[^"]*(\.lora_(up|down|[AB])\.|[._]lora\.(up|down)\.|_lora\.(up|down)\.|\.hada_w1_a|\.lokr_w1|\.diff"|\.diff_b"|\.oft_blocks"|\.on_input"|\.a1\.weight")/.test(
    await headerOf(file as File),
  );
}
