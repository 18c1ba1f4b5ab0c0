/**
 * Finds the safetensors files of one part of a diffusers folder: a single file, its fp16 variant, or shards listed by
 * an index. Pickled weights (`.bin`, `.ckpt`) are refused: unpickling runs whatever program the file contains.
 */
import { ConfigFile } from './configs/configFile';
import { NO_PICKLES, openTensors } from './openTensors';
import { badModel, shown } from './refuse';
import type { Folder } from './source';
import type { TensorSource } from './tensorSource';

/** Opens the weights of `directory` (`unet`, `vae`, `text_encoder`), whole before `fp16`. */
export async function openWeights(folder: Folder, directory: string): Promise<TensorSource> {
  for (const path of ['', '.fp16'].flatMap((variant) => candidates(directory, variant))) {
    const source = await folder.file(path);
    if (!source) continue;
    return path.endsWith('.json') ? openShards(folder, directory, path) : openTensors(source);
  }
  const pickled = folder.paths().find((path) => path.startsWith(`${directory}/`) && /\.(bin|ckpt|pt|pth)$/.test(path));
  if (pickled) throw badModel(pickled, NO_PICKLES, 'a pickle');
  throw badModel(`${folder.place}: ${candidates(directory, '').join(' or ')}`, 'one of these files', 'none');
}

/** transformers calls its files `model`, diffusers `diffusion_pytorch_model`; an index sits beside its shards. */
function candidates(directory: string, variant: string): string[] {
  const stem = `${directory}/${directory === 'text_encoder' ? 'model' : 'diffusion_pytorch_model'}`;
  return [`${stem}${variant}.safetensors`, `${stem}.safetensors.index${variant}.json`];
}

async function openShards(folder: Folder, directory: string, indexPath: string): Promise<TensorSource> {
  const index = await ConfigFile.open(folder, indexPath);
  const map = index.nested('weight_map');
  if (!map) throw index.wrong('weight_map', 'an object', undefined);
  const shards = new Map<string, TensorSource>();
  for (const name of new Set(Object.values(map.json))) {
    if (typeof name !== 'string') throw badModel(map.file, 'names of files', shown(name));
    const source = await folder.file(`${directory}/${name}`);
    if (!source) throw badModel(`${directory}/${name}`, `a shard listed in ${indexPath}`, 'none');
    shards.set(name, await openTensors(source));
  }
  const shardOf = (tensor: string): TensorSource | undefined => shards.get(map.json[tensor] as string);
  return {
    name: indexPath,
    names: () => Object.keys(map.json),
    info: (tensor) => shardOf(tensor)?.info(tensor),
    async read(tensor, rows) {
      const shard = shardOf(tensor);
      if (!shard) throw badModel(`${indexPath}: ${tensor}`, 'a tensor of this name', 'none');
      return shard.read(tensor, rows);
    },
  };
}
