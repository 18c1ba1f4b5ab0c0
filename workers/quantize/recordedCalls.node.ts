/** Recorded calls in a file, so that a quantization that was stopped need not draw again. */
import { stat } from 'node:fs/promises';
import { bytesOf } from '../../models/floats';
import { fileSource } from '../../models/folder.node';
import { openSafetensors } from '../../models/safetensors';
import { encodeSafetensors, type NamedTensor } from '../../models/safetensorsWriter';
import { writeWhole } from '../../models/writeWhole.node';
import type { Tensor, Tensors } from '../tensor';
import type { Calls } from './trajectories';

const STAGES = ['unet', 'guided', 'vae_decoder', 'vae_encoder'] as const satisfies readonly (keyof Calls)[];

/** Those that lie at `path`; where there are none, those that `record` makes, which lie there afterwards. */
export async function recordedOnce(path: string, record: () => Promise<Calls>): Promise<Calls> {
  const there = await stat(path).catch(() => undefined);
  if (!there) await writeWhole(path, encodeSafetensors(tensorsOf(await record())));
  return read(path);
}

/** Named `stage/call/input`. */
function tensorsOf(calls: Calls): NamedTensor[] {
  return STAGES.flatMap((stage) =>
    calls[stage].flatMap((inputs, call) =>
      Object.entries(inputs).map(([name, { data, shape }]): NamedTensor => {
        return { name: `${stage}/${call}/${name}`, dtype: 'F32', shape, data: bytesOf(data) };
      }),
    ),
  );
}

async function read(path: string): Promise<Calls> {
  const file = await openSafetensors(await fileSource(path));
  const calls: Record<keyof Calls, Record<string, Tensor>[]> = {
    unet: [],
    guided: [],
    vae_decoder: [],
    vae_encoder: [],
  };
  for (const name of file.names()) {
    const [stage, call, input] = name.split('/') as [keyof Calls, string, string];
    const data = new Float32Array((await file.read(name)).slice().buffer);
    calls[stage][Number(call)] ??= {};
    calls[stage][Number(call)]![input] = { type: 'float32', shape: file.info(name)!.shape, data };
  }
  return calls satisfies Record<keyof Calls, Tensors[]>;
}
