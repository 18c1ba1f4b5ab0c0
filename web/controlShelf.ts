/** ControlNets, T2I-adapters and IP-Adapters kept on the device, and the pictures and settings by which they steer the next drawing. */
import { signal } from '@preact/signals';
import type { ControlSummary, Failure, InitImage, MaskImage, PickedFile } from '../workers/api';
import type { Recipe } from '../workers/pictureFile/recipe';
import { MOST_IMAGES } from '../workers/pictureFile/saidIpAdapters';
import { type AskedControls, type Controls, type ControlUnit, controls, type GivenPicture } from './controls';
import { type FoundUnits, foundUnits, freshUnit, modelOf, requestOf } from './controlUnits';
import { shelf } from './engines';
import { pictureOf } from './givenPicture';
import { headerOf, shelved } from './shelved';
import { modelInUse, tell } from './state';

const { kept, problems, learn, trying } = shelved<ControlSummary>((its) => its.controls());

export const controlModels = kept;
export const controlProblems = problems;

/** Files that are on their way in: large ones take a while. */
export const comingIn = signal<readonly string[]>([]);

export const openControls = (): Promise<unknown> => {
  controls.value ??= { units: [freshUnit()], guess: false, asked, again };
  return trying();
};

const asked = (all: Controls): AskedControls => requestOf(all, kept.value ?? []);

const again = ({ controlGuess = false, ...said }: AskedControls): Controls => ({
  ...{ asked, again, guess: controlGuess },
  ...foundUnits(said, controls.value?.units ?? [], kept.value ?? []),
});

/** Sets what is said of a picture, as far as it is here. Rejects where nobody can say what is. */
export async function takeControls(said: Pick<Recipe, 'controls' | 'ipAdapters'>): Promise<Omit<FoundUnits, 'units'>> {
  const { controls: steering, ipAdapters } = said;
  const any = steering !== undefined || ipAdapters !== undefined;
  if (!any && !controls.value) return { missing: [], others: [], pictures: [], masks: [] };
  const each = { controls: steering?.controls, ipAdapters };
  const { units, ...rest } = foundUnits(each, controls.value?.units ?? [], any ? await learn() : []);
  controls.value = { asked, again, guess: steering?.guess ?? false, units };
  return rest;
}

const changeAll = (change: Partial<Controls>): void => {
  controls.value = { ...controls.value!, ...change };
};

export const setGuess = (guess: boolean): void => changeAll({ guess });

export function changeUnit(id: number, change: Partial<ControlUnit>): void {
  changeAll({ units: controls.value!.units.map((unit) => (unit.id === id ? { ...unit, ...change } : unit)) });
}

export const addUnit = (): void => changeAll({ units: [...controls.value!.units, freshUnit()] });

/** Of the last one what is set goes, and an empty one stays. */
export function removeUnit(id: number): void {
  const left = controls.value!.units.filter((unit) => unit.id !== id);
  changeAll({ units: left.length > 0 ? left : [freshUnit()] });
}

/** An IP-Adapter has it besides those that it has, any other in place of the one that it has. */
export function givePicture(id: number, name: string, picture: InitImage): void {
  const unit = controls.value!.units.find((one) => one.id === id)!;
  const several = modelOf(unit, kept.value ?? [])?.kind === 'ip-adapter';
  const awaited = Math.max(0, unit.wanted.indexOf(name));
  changeUnit(id, {
    given: [...(several ? unit.given : []), { name, picture }].slice(0, MOST_IMAGES),
    wanted: several ? unit.wanted.filter((_, i) => i !== awaited) : [],
  });
}

/** `at`: its place among those of the unit. */
export function leavePicture({ id, given }: ControlUnit, at: number): void {
  changeUnit(id, { given: given.filter((_, i) => i !== at) });
}

/** Where the picture in that place of the unit counts; everywhere without a mask. */
export function paintWhere({ id }: ControlUnit, at: number, mask: MaskImage | undefined): void {
  const { given } = controls.value!.units.find((one) => one.id === id)!;
  const painted = ({ name, picture }: GivenPicture): GivenPicture => ({ name, picture, ...(mask ? { mask } : {}) });
  changeUnit(id, { given: given.map((each, i) => (i === at ? painted(each) : each)) });
}

/** One that the browser cannot read is told, and the picture that was there stays. */
export async function takeControlPicture(id: number, file: File): Promise<void> {
  const picture = await pictureOf(file);
  if (picture) givePicture(id, file.name, picture);
}

/** Keeps them; the first is what a control that has none follows from now on. Resolves to which are kept. */
export async function keepControls(each: readonly (readonly PickedFile[])[]): Promise<boolean[]> {
  comingIn.value = each.map((files) => files[0]!.path.split('/')[0]!);
  const names: string[] = [];
  const beside = modelInUse()?.id;
  const went = await trying(
    ...each.map((files) => async () => {
      const { name, kind } = await shelf.minding((its) => its.importControl(files, beside));
      if (kind !== 'image-encoder') names.push(name);
    }),
  );
  comingIn.value = [];
  const free = controls.value?.units.find((unit) => !modelOf(unit, kept.value ?? []));
  if (free && names[0] !== undefined) changeUnit(free.id, { model: names[0] });
  return went;
}

/**
 * Of what was dropped, wherever the page is looked at, keeps what draws by pictures, a file or a folder, and says at its foot
 * what came of it. Resolves to their places.
 */
export async function keepDroppedControls(dropped: readonly (readonly PickedFile[])[]): Promise<number[]> {
  const are = await Promise.all(dropped.map(isControl));
  const places = [...are.keys()].filter((index) => are[index]);
  if (places.length === 0) return places;
  const each = places.map((index) => dropped[index]!);
  const went = await keepControls(each);
  const names = each.filter((_, i) => went[i]).map((files) => files[0]!.path.split('/')[0]!);
  tell({ type: 'toast', toast: { type: 'controls', names, failures: problems.value as readonly Failure[] } });
  return places;
}

const renamed = (before: string, name: string | null): void => {
  if (!controls.value) return;
  const units = controls.value.units.map((unit): ControlUnit => {
    if (unit.encoder === before) return { ...unit, encoder: name ?? undefined };
    return unit.model === before ? { ...unit, model: name } : unit;
  });
  changeAll({ units });
};

export const renameControl = ({ id, name: before }: ControlSummary, wanted: string): Promise<unknown> =>
  trying(async () => renamed(before, (await shelf.minding((its) => its.renameControl(id, wanted))).name));

export const deleteControl = ({ id, name }: ControlSummary): Promise<unknown> =>
  trying(async () => {
    await shelf.minding((its) => its.deleteControl(id));
    renamed(name, null);
  });

/** By the names in its header, or by the config of its folder. */
async function isControl(files: readonly PickedFile[]): Promise<boolean> {
  const [first] = files;
  if (!first) return false;
  if (files.length > 1 || first.path.includes('/')) {
    const config = files.find(({ path }) => /^[^/]*\/config\.json$/.test(path));
    return /"_class_name":\s*"(ControlNetModel|T2IAdapter)"|"model_type":\s*"clip(_vision_model)?"/.test(
      (await (config?.file as File | undefined)?.text()) ?? '',
    );
  }
  if (!/\.safetensors$/i.test(first.path)) return false;
  const header = await headerOf(first.file as File);
  return /"(control_model\.|controlnet\.)?(input_hint_block\.0\.weight|controlnet_cond_embedding\.)|"(adapter\.)?body\.0\.(resnets\.0\.)?block1\.weight"|"(adapter\.)?body\.0\.in_conv\.weight"|"lllite_|"lora_controlnet"|"(image_proj|ip_adapter)\.|"vision_model\.embeddings\.class_embedding"/.test(
    header,
  );
}
