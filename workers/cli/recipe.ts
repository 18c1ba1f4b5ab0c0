/** What the file behind `--from` says, and what a person should know of it before it is drawn again. */
import { fileSource } from '../../models/folder.node';
import { fromCaller } from '../../models/openDisk.node';
import { stem } from '../../models/stem';
import type { Backend } from '../backend/backend';
import { CodedError } from '../errors';
import { type Recipe, readRecipe } from '../pictureFile/recipe';
import type { CliArguments } from './arguments';

/** Rejects with `bad-image`, also where there is no such file. */
export async function readFrom(path: string): Promise<Recipe> {
  try {
    return await readRecipe(await fileSource(fromCaller(path), path));
  } catch (thrown) {
    // The disk's words are those for files of models.
    if (!(thrown instanceof CodedError) || thrown.code !== 'bad-model') throw thrown;
    throw new CodedError('bad-image', thrown, { cause: thrown });
  }
}

/** What may keep `given` from drawing the same picture again. */
export function recipeNotes(recipe: Recipe, given: Pick<CliArguments, 'model' | 'backend' | 'initImage'>): string[] {
  const { by, model, backend, controls, ipAdapters, ignored, damaged } = recipe;
  const other = model !== undefined && !isModel(given.model, model);
  return [
    ...(recipe.request.strength !== undefined && given.initImage === undefined
      ? ['note: it was drawn from another picture, which its file does not hold: --init-image says which']
      : []),
    ...(damaged ? ['note: the picture is damaged; what it says of how it was drawn is whole'] : []),
    ...(other ? [`note: it was drawn with the model ${model}; this draws with ${given.model}`] : []),
    ...(backend !== undefined && backend !== given.backend
      ? [`note: it was computed by ${backend}; this computes with ${given.backend}, which draws it nearly the same`]
      : []),
    ...(by === 'stable-diffusion-webui'
      ? ['note: stable-diffusion-webui computes otherwise: its picture comes out alike, not the same']
      : []),
    ...(controls
      ? [
          `note: it was steered, which its file does not hold the pictures for: ${controlWords(controls)}; see --control`,
        ]
      : []),
    ...(ipAdapters
      ? [`note: it was to be like pictures that its file does not hold: ${adapterWords(ipAdapters)}; see --ip-adapter`]
      : []),
    ...ignored.map((one) => `note: the file says “${one}”, which is not drawn with`),
  ];
}

/** Of what draws it again on our own kernels, where the machine multiplies other numbers than the one that drew it. */
export function numbersNotes(recipe: Recipe | undefined, { numbers }: Pick<Backend, 'numbers'>): string[] {
  const drawn = recipe?.numbers;
  if (drawn === undefined || numbers === undefined || drawn === numbers) return [];
  return [
    `note: it was computed in ${drawn}, this machine computes in ${numbers}: nearly the same picture, not each byte`,
  ];
}

const controlWords = ({ controls }: NonNullable<Recipe['controls']>): string =>
  controls.map(({ name, weight = 1, imageName = 'a picture' }) => `${name}:${weight} by ${imageName}`).join(', ');

const adapterWords = (adapters: NonNullable<Recipe['ipAdapters']>): string =>
  adapters
    .map(({ name, scale = 1, images, imageNames = [], maskNames }) => {
      const pictures = imageNames.length > 0 ? imageNames.join(' and ') : `${images} of them`;
      return `${name}:${scale} by ${pictures}${maskNames ? ` within ${maskNames.join(' and ')}` : ''}`;
    })
    .join(', ');

/** A path names the model that its last part is called; the page writes the demo model's name large. */
const isModel = (given: string, name: string): boolean => called(given) === called(name);

const called = (path: string): string => stem(path.replace(/[\\/]+$/, '')).toLowerCase();
