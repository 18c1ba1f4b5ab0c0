/**
 * The graphs for QNN of the random models, run by ONNX Runtime Web with its optimizer off: in float32 against diffusers
 * and transformers, and quantized, as QuantizeLinear and DequantizeLinear define it, against float32.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Checkpoint, openDiffusersFolder } from '../../../models/checkpoint';
import { fileSource } from '../../../models/folder.node';
import { timeProjection, tokenEmbeddings } from '../../../models/graph/qnn/hostInputs';
import type { QnnForms } from '../../../models/graph/qnn/qnnLayers';
import { qnnStage } from '../../../models/graph/qnn/qnnStage';
import { encodingsFor } from '../../../models/quantize/encodings';
import { roundedToNearest } from '../../../models/quantize/integerWeights';
import { energies, sqnr } from '../../../models/quantize/quality/sqnr';
import { openSafetensors } from '../../../models/safetensors';
import type { StageName } from '../../../models/stage';
import { fromRoot } from '../../root';
import { RANDOM_MODELS, type RandomModelName, randomModel } from '../randomModel';
import { ALL_FORMS, formsNamed, USUAL } from './allForms';
import { type Feeds, type Floats, measured, runForm } from './tappedStage';

const TOKENS = 77;

interface Case {
  readonly title: string;
  readonly stage: StageName;
  /** Whether the same network comes at another size too, which is odd. */
  readonly again: boolean;
  /** Of the latents. */
  readonly size: readonly [height: number, width: number];
  readonly feeds: Feeds;
  /** What the reference gives for them. */
  readonly expected: Float32Array;
}

async function openModel(name: RandomModelName) {
  const checkpoint = await openDiffusersFolder(await randomModel(name));
  const file = await openSafetensors(await fileSource(fromRoot(`spec/vectors/networks-${name}.safetensors`)));
  const bytes = async (key: string) => (await file.read(key)).buffer;
  const get = async (key: string): Promise<Floats> => ({
    data: new Float32Array(await bytes(key)),
    shape: file.info(key)!.shape,
  });
  const { unet, textEncoder } = checkpoint.description;
  const width = textEncoder.hiddenSize;
  const first = async (key: string): Promise<Floats> => {
    return { data: (await get(key)).data.slice(0, TOKENS * width), shape: [1, TOKENS, width] };
  };
  const cases: Case[] = [];
  for (const shape of ['square', 'odd']) {
    const sample = await get(`unet.${shape}.sample`);
    const latents = await get(`decode.${shape}.latents`);
    const image = await get(`encode.${shape}.image`);
    const timestep = (await get(`unet.${shape}.timestep`)).data[0]!;
    const time_proj = { data: timeProjection(unet, timestep), shape: [1, unet.blockOutChannels[0]!] };
    const of = async (stage: StageName, { shape: [, , height, width] }: Floats, feeds: Feeds, expected: string) => {
      const title = `${stage}, ${height} × ${width} latents`;
      const size = [height!, width!] as const;
      cases.push({ title, stage, again: shape === 'square', size, feeds, expected: (await get(expected)).data });
    };
    const states = await first('text.hidden_states');
    await of('unet', sample, { sample, time_proj, encoder_hidden_states: states }, `unet.${shape}.noise`);
    await of('vae_decoder', latents, { latents }, `decode.${shape}.image`);
    await of('vae_encoder', latents, { image }, `encode.${shape}.moments`);
  }
  const from = roundedToNearest(checkpoint.weights('text_encoder'), () => 8);
  const table = await from.floats('text_model.embeddings.token_embedding.weight');
  const ids = new Int32Array(await bytes('text.input_ids')).slice(0, TOKENS);
  const embeddings = { data: tokenEmbeddings(table, width, ids), shape: [1, TOKENS, width] };
  const expected = (await first('text.hidden_states')).data;
  cases.push({
    title: 'text_encoder',
    stage: 'text_encoder',
    again: false,
    size: [8, 8],
    feeds: { token_embeddings: embeddings },
    expected,
  });
  return { checkpoint, cases };
}

/** Of the only output. */
const only = (outputs: Readonly<Record<string, Floats>>): Float32Array => Object.values(outputs)[0]!.data;

/** Signal to noise, decibels. */
const decibels = (got: Float32Array, expected: Float32Array): number => sqnr(energies(expected, got));

/** What `npm test` has: all but unusual forms of a network that comes at an odd size too, which has them. */
export const inShort = (forms: Required<QnnForms>, again: boolean): boolean => !again || forms === USUAL;

/** The tests that are `told` of, and their end. */
export async function formStories(told: typeof inShort): Promise<void> {
  for (const name of RANDOM_MODELS) {
    const { checkpoint, cases } = await openModel(name);
    for (const one of cases)
      for (const forms of ALL_FORMS) if (told(forms, one.again)) story(name, checkpoint, one, forms);
  }
  test.run();
}

function story(
  name: RandomModelName,
  { description, weights }: Checkpoint,
  { title, stage, size: [height, width], feeds, expected }: Case,
  forms: Required<QnnForms>,
): void {
  const from = roundedToNearest(weights(stage), () => 8);
  const network = qnnStage(description, stage, { batch: 1, height, width }, forms);

  test(`model ${name}: ${title}: in float32 it is the reference, ${formsNamed(forms)}`, async () => {
    const outputs = await runForm(network.write({}), from, feeds);
    // Float32 sums in another order: 111 dB at the least here.
    assert.ok(decibels(only(outputs), expected) > 105, `${decibels(only(outputs), expected)} dB`);
  });

  test(`model ${name}: ${title}: 16 bits hold its activations, 8 do so less, ${formsNamed(forms)}`, async () => {
    const weightBits = () => 8 as const;
    const exact = only(await runForm(network.write({ weightBits }), from, feeds));
    const ranges = await measured(network, from, feeds, { weightBits });
    const quantized = async (bits: 16 | 8): Promise<number> => {
      const activations = { bits, encodings: encodingsFor(ranges, bits) };
      return decibels(only(await runForm(network.write({ weightBits, activations }), from, feeds)), exact);
    };
    const [wide, narrow] = [await quantized(16), await quantized(8)];
    assert.ok(wide > 55, `16 bits: ${wide} dB`);
    assert.ok(narrow < wide - 20, `8 bits: ${narrow} dB`);
  });
}
