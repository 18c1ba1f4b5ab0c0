/** Settings out of a picture file: those that drew it. */
import { failureOf } from '../workers/pictureFile/failure';
import { foundLoras } from '../workers/pictureFile/foundLoras';
import { type Recipe, readRecipe } from '../workers/pictureFile/recipe';
import { takeControls } from './controlShelf';
import { asFailure } from './engines';
import { learnLoras } from './loras';
import { useModel } from './modelActions';
import { settingsOf } from './settingsOf';
import { modelInUse, modelSize, modelsAtHand, set, tell } from './state';
import { tinyVaeLeftOut } from './takenTinyVae';
import { tinyVaeAsked } from './tinyVae';

/** Takes what `file` says of how it was drawn, its model where that is at hand. What goes wrong is told. */
export async function takeSettings(file: File): Promise<void> {
  const read = async (start: number, end: number): Promise<Uint8Array> =>
    new Uint8Array(await file.slice(start, end).arrayBuffer());
  try {
    await take(await readRecipe({ name: file.name, size: file.size, read }), file.name);
  } catch (thrown) {
    tell({ type: 'problem', problem: { during: 'models', failure: failureOf(thrown) ?? asFailure(thrown) } });
  }
}

async function take(recipe: Recipe, name: string): Promise<void> {
  const { request: said, loraHashes, model, ignored } = recipe;
  // The command writes the demo model's name small.
  const isIts = (one: { readonly name: string } | undefined): boolean =>
    one?.name.toLowerCase() === model?.toLowerCase();
  const isInUse = (): boolean => model === undefined || isIts(modelInUse());
  const its = isInUse() ? undefined : modelsAtHand().find(isIts);
  if (its) useModel(its.id);
  const { request, missing, others } = await withLorasHere(said, loraHashes);
  const steered = await takeControls(recipe);
  set(settingsOf(request, modelSize()));
  const toast = {
    type: 'taken',
    name,
    ignored: [...ignored, ...tinyVaeLeftOut(said.tinyVae, tinyVaeAsked().tinyVae?.file)],
    missing,
    others: others.map((one) => one.name),
    controls: steered,
    fromAnother: isFromAnother(said),
    ...(isInUse() ? {} : { model: model! }),
  } as const;
  tell({ type: 'toast', toast });
}

/** What says so stays behind: how much of that picture was given up, and where. */
const isFromAnother = (said: Recipe['request']): boolean =>
  Object.keys(said).some((field) => /^(strength|mask|invertMask|inpaint|outpaint)/.test(field));

/** Without those that are not kept here. */
async function withLorasHere(request: Recipe['request'], hashes: Recipe['loraHashes'] = {}) {
  const { loras = [], prompt = '' } = request;
  if (loras.length === 0 && !prompt.includes('<')) return { request, missing: [], others: [] };
  const here = (await learnLoras()).map((one) => ({ name: one.name, hash: async () => one.hash }));
  return foundLoras(request, hashes, here);
}
