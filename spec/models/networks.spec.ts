/**
 * Each network of the random models, run by ONNX Runtime Web, against diffusers and transformers in float32: square and
 * odd sizes, batch 1 and 2, whole and fractional timesteps; and against itself with the runtime's optimizer off, which
 * has miscompiled graphs in silence before.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Checkpoint, openDiffusersFolder } from '../../models/checkpoint';
import { fileSource } from '../../models/folder.node';
import { openSafetensors, type Safetensors } from '../../models/safetensors';
import type { StageName, StageSize } from '../../models/stage';
import { fromRoot } from '../root';
import { RANDOM_MODELS, randomModel } from './randomModel';
import { runStage, stageFile } from './runStage';

/** Of the largest value. Float32 sums in another order differ by 4e-6 here at most. */
const TOLERANCE = 2e-5;

type Tensor = { data: Float32Array | Int32Array; shape: readonly number[] };
interface Case {
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

async function casesOf(file: Safetensors): Promise<Case[]> {
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

/** Largest difference over largest value. */
function distance(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  assert.is(got.length, expected.length);
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < got.length; i++) {
    difference = Math.max(difference, Math.abs(got[i]! - expected[i]!));
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  return difference / largest;
}

for (const name of RANDOM_MODELS) {
  const file = await openSafetensors(await fileSource(fromRoot(`spec/vectors/networks-${name}.safetensors`)));
  const checkpoint: Checkpoint = await openDiffusersFolder(await randomModel(name));
  for (const { title, stage, size, inputs, expected } of await casesOf(file)) {
    test(`model ${name}: ${title}: as the reference, optimized or not`, async () => {
      const packed = await stageFile(checkpoint, stage, size);
      const optimized = await runStage(packed, inputs, 'all');
      const plain = await runStage(packed, inputs, 'disabled');
      const [toReference, toPlain] = [distance(optimized, expected.data), distance(optimized, plain)];
      assert.ok(toReference < TOLERANCE, `optimized against the reference: ${toReference}`);
      assert.ok(toPlain < TOLERANCE, `optimized against not: ${toPlain}`);
    });
  }
}

test.run();
