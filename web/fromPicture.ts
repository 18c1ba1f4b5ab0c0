/** Settings out of a picture file: those that drew it. */
import { failureOf } from '../workers/pictureFile/failure';
import { type Recipe, readRecipe } from '../workers/pictureFile/recipe';
import { asFailure } from './engines';
import { useModel } from './modelActions';
import { settingsOf } from './settings';
import { modelInUse, modelSize, modelsAtHand, set, tell } from './state';

/** Takes what `file` says of how it was drawn, its model where that is at hand. What goes wrong is told. */
export async function takeSettings(file: File): Promise<void> {
  const read = async (start: number, end: number): Promise<Uint8Array> =>
    new Uint8Array(await file.slice(start, end).arrayBuffer());
  try {
    take(await readRecipe({ name: file.name, size: file.size, read }), file.name);
  } catch (thrown) {
    tell({ type: 'problem', problem: { during: 'models', failure: failureOf(thrown) ?? asFailure(thrown) } });
  }
}

function take({ request, model, ignored }: Recipe, name: string): void {
  const isInUse = (): boolean => model === undefined || modelInUse()?.name === model;
  const its = isInUse() ? undefined : modelsAtHand().find((one) => one.name === model);
  if (its) useModel(its.id);
  set(settingsOf(request, modelSize()));
  tell({ type: 'toast', toast: { type: 'taken', name, ignored, ...(isInUse() ? {} : { model: model! }) } });
}
