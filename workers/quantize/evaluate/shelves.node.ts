/**
 * What was drawn and what was found, on disk, a picture at a time: a folder of what the reference drew, which any number of
 * quantized models are compared with, and a folder of what was found of one of them. Each says what it is of, and is refused
 * for anything else. What a stop left half written does not count.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesOf } from '../../../models/floats';
import { fileSource } from '../../../models/folder.node';
import type { PictureRecord, PictureTask } from '../../../models/quantize/evaluate/pictureRecord';
import { openSafetensors } from '../../../models/safetensors';
import { encodeSafetensors, type NamedTensor } from '../../../models/safetensorsWriter';
import { writeWhole } from '../../../models/writeWhole.node';
import { pngBytes, readPng } from '../../cli/png';
import { CodedError } from '../../errors';
import { sha256 } from '../../store/chunks';
import type { Compared, Shelf } from './comparison';
import type { Trajectory } from './drawing';

/** Trajectories in `folder`, which `identity` tells from those of another model or otherwise drawn ones. `bad-argument` where it has such. */
export async function trajectoryShelf(folder: string, identity: string): Promise<Shelf<Trajectory>> {
  await claim(folder, identity);
  return {
    async get(task) {
      const file = await fileSource(`${await pathOf(folder, task)}.safetensors`).catch(() => undefined);
      if (!file) return undefined;
      const { metadata, read } = await openSafetensors(file);
      const floats = async (name: string) => new Float32Array((await read(name)).slice().buffer);
      const several = async (name: string) => {
        const all = await floats(name);
        const length = all.length / timesteps.length;
        return timesteps.map((_, i) => all.slice(i * length, (i + 1) * length));
      };
      const timesteps = [...(await floats('timesteps'))];
      const [samples, conditional, unconditional] = [
        await several('samples'),
        await several('conditional'),
        await several('unconditional'),
      ];
      return {
        steps: timesteps.map((timestep, i) => {
          const [sample, cond, uncond] = [samples[i]!, conditional[i]!, unconditional[i]!];
          return { timestep, sample, conditional: cond, unconditional: uncond };
        }),
        states: {
          conditional: await floats('states/conditional'),
          unconditional: await floats('states/unconditional'),
        },
        latents: await floats('latents'),
        picture: {
          width: Number(metadata.get('width')),
          height: Number(metadata.get('height')),
          seed: task.seed,
          pixels: (await read('pixels')).slice(),
        },
      };
    },
    async put(task, { steps, states, latents, picture: { width, height, pixels } }) {
      const tensor = (name: string, data: readonly Float32Array[]): NamedTensor => {
        const all = Float32Array.from(data.flatMap((some) => [...some]));
        return { name, dtype: 'F32', shape: [data.length, all.length / data.length], data: bytesOf(all) };
      };
      const tensors = [
        tensor('timesteps', [Float32Array.from(steps, ({ timestep }) => timestep)]),
        tensor(
          'samples',
          steps.map(({ sample }) => sample),
        ),
        tensor(
          'conditional',
          steps.map(({ conditional }) => conditional),
        ),
        tensor(
          'unconditional',
          steps.map(({ unconditional }) => unconditional),
        ),
        tensor('states/conditional', [states.conditional]),
        tensor('states/unconditional', [states.unconditional]),
        tensor('latents', [latents]),
        { name: 'pixels', dtype: 'U8', shape: [height, width, 3], data: pixels } as const,
      ];
      const file = encodeSafetensors(tensors, { width: `${width}`, height: `${height}`, prompt: task.prompt });
      await writeWhole(`${await pathOf(folder, task)}.safetensors`, file);
    },
  };
}

/** What was found of the quantized model that `identity` tells from others: a JSON and a PNG file for each picture. */
export async function foundShelf(folder: string, identity: string): Promise<Shelf<Compared>> {
  await claim(folder, identity);
  return {
    async get(task) {
      const path = await pathOf(folder, task);
      const text = await readFile(`${path}.json`, 'utf8').catch(() => undefined);
      if (text === undefined) return undefined;
      const record = JSON.parse(text) as PictureRecord;
      return { record, picture: { ...readPng(await readFile(`${path}.png`)), seed: task.seed } };
    },
    async put(task, { record, picture }) {
      const path = await pathOf(folder, task);
      await writeWhole(`${path}.png`, pngBytes(picture));
      await writeWhole(`${path}.json`, JSON.stringify(record));
    },
  };
}

/** Two tasks of one seed have different prompts, which make no file names. */
const pathOf = async (folder: string, { seed, prompt }: PictureTask): Promise<string> =>
  join(folder, `${seed}-${(await sha256(new TextEncoder().encode(prompt))).slice(0, 16)}`);

async function claim(folder: string, identity: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'identity.json');
  const found = await readFile(path, 'utf8').catch(() => undefined);
  if (found === identity) return;
  if (found === undefined) return writeWhole(path, identity);
  throw new CodedError('bad-argument', { argument: folder, expected: `what is of ${identity}`, got: found });
}
