/** What diffusers and transformers compute of a model's networks, as the vectors hold it (recipes/networks.py). */
import type { Safetensors } from '../../models/safetensors';
import type { StageName, StageSize } from '../../models/stage';

type Tensor = { data: Float32Array | Int32Array; shape: readonly number[] };
export interface Case {
  readonly title: string;
  readonly stage: StageName;
  readonly size: StageSize;
  readonly inputs: Record<string, Tensor>;
  readonly expected: Tensor;
}

async function tensor(file: Safetensors, name: string): Promise<Tensor> {
  const { dtype, shape } = file.info(name)!;
  const { buffer } = await file.read(name);
  return { data: dtype === 'I32' ? new Int32Array(buffer) : new Float32Array(buffer), shape };
}

/** Square and odd sizes, batch 1 and 2, whole and fractional timesteps. */
export async function casesOf(file: Safetensors): Promise<Case[]> {
  const get = (name: string) => tensor(file, name);
  const states = await get('text.hidden_states');
  const cases: Case[] = [
    {
      title: 'text encoder, batch 2',
      stage: 'text_encoder',
      size: { batch: 2, height: 8, width: 8 },
      inputs: { input_ids: await get('text.input_ids') },
      expected: states,
    },
  ];
  for (const name of ['square', 'odd', 'batch']) {
    const sample = await get(`unet.${name}.sample`);
    const [batch, , height, width] = sample.shape as [number, number, number, number];
    const shape = [batch, 77, states.shape[2]!];
    const data = states.data.slice(0, batch * 77 * states.shape[2]!) as Float32Array;
    const timestep = await get(`unet.${name}.timestep`);
    const title = `UNet, ${batch} × ${height} × ${width} latents, timestep ${timestep.data[0]}`;
    const inputs = { sample, timestep, encoder_hidden_states: { data, shape } };
    cases.push({
      title,
      stage: 'unet',
      size: { batch, height, width },
      inputs,
      expected: await get(`unet.${name}.noise`),
    });
  }
  for (const name of ['square', 'odd']) {
    const latents = await get(`decode.${name}.latents`);
    const [batch, , height, width] = latents.shape as [number, number, number, number];
    const size = { batch, height, width };
    const image = await get(`encode.${name}.image`);
    const title = `${height} × ${width} latents`;
    cases.push(
      {
        title: `VAE decoder, ${title}`,
        stage: 'vae_decoder',
        size,
        inputs: { latents },
        expected: await get(`decode.${name}.image`),
      },
      {
        title: `VAE encoder, ${title}`,
        stage: 'vae_encoder',
        size,
        inputs: { image },
        expected: await get(`encode.${name}.moments`),
      },
    );
  }
  return cases;
}
