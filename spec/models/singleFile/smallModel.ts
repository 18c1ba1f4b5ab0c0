/**
 * A random model as small as the conventions of single files allow (groups of 32, 8 heads, text heads 64 wide), as a
 * diffusers folder and as one LDM file of the same tensors, whose names come from diffusers' own conversion.
 */
import { readFileSync } from 'node:fs';
import { openSafetensors } from '../../../models/safetensors';
import { encodeSafetensors, type NamedTensor } from '../../../models/safetensorsWriter';
import { fromRoot } from '../../root';
import { memorySource } from '../memoryFolder';
import { modelFiles, type Recipe } from '../randomModel';
import recipe from './smallModel.json';

/** A tensor's name in a single file, its published name, and its shape in the single file. */
export interface Pair {
  readonly ldm: string;
  readonly published: string;
  readonly shape: readonly number[];
}

/** The pairs of spec/vectors/single-file.json. */
export function pairsOf(model: 'full' | 'other'): Pair[] {
  const vectors = JSON.parse(readFileSync(fromRoot('spec/vectors/single-file.json'), 'utf8'));
  return (vectors[model] as string[]).map((row) => {
    const [ldm, published, shape] = row.split(' ');
    return { ldm: ldm!, published: published!, shape: JSON.parse(shape!) as number[] };
  });
}

/** The model's files in the diffusers layout. */
export const smallModelFiles = (): Promise<Map<string, Uint8Array>> => modelFiles('small', recipe as Recipe);

/** Every tensor of a folder's three networks under its name in a single file. */
export async function ldmTensors(files: ReadonlyMap<string, Uint8Array>): Promise<NamedTensor[]> {
  const pairs = new Map(pairsOf('full').map((pair) => [`${partOf(pair.ldm)}${pair.published}`, pair]));
  const tensors: NamedTensor[] = [];
  for (const [path, bytes] of files) {
    if (!path.endsWith('.safetensors')) continue;
    const file = await openSafetensors(memorySource(path, bytes));
    for (const name of file.names()) {
      const { dtype, shape } = file.info(name)!;
      const pair = pairs.get(`${path.split('/')[0]!}/${name}`)!;
      // LDM writes attention in the VAE as convolutions.
      const spelled = pair.shape.length === 4 ? [...shape, 1, 1].slice(0, 4) : shape;
      tensors.push({ name: pair.ldm, dtype, shape: spelled, data: await file.read(name) });
    }
  }
  return tensors;
}

/** The model as the bytes of one file, after `change`. */
export async function singleFile(
  change: (tensors: NamedTensor[]) => readonly NamedTensor[] = (tensors) => tensors,
  metadata?: Readonly<Record<string, string>>,
): Promise<Uint8Array> {
  return encodeSafetensors(change(await ldmTensors(await smallModelFiles())), metadata);
}

function partOf(ldm: string): string {
  if (ldm.startsWith('first_stage_model.')) return 'vae/';
  return ldm.startsWith('cond_stage_model.') ? 'text_encoder/' : 'unet/';
}
