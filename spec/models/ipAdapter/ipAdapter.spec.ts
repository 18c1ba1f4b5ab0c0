/** Image encoders and IP-Adapters: what they see and make, against transformers' and diffusers' own numbers (vectors/recipes/ip_adapters.py). */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SD15 } from '../../../build/bench/sd15Description';
import { type AdapterKind, hashedEncoder, hashedIpAdapter } from '../../../build/fidelityIpAdapter';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { toF32 } from '../../../models/floats';
import { diskFolder, fileSource } from '../../../models/folder.node';
import type { ClipVisionOutput } from '../../../models/graph/clipVision';
import { imageKeysName, imageValuesName } from '../../../models/graph/imageNames';
import { crossAttentions } from '../../../models/graph/unet';
import { imageEncoding } from '../../../models/ipAdapter/openImageEncoder';
import { ipAdapting, latentsOf } from '../../../models/ipAdapter/openIpAdapter';
import { type RunOnce, segmentsOnce } from '../../../models/runOnce';
import { openSafetensors } from '../../../models/safetensors';
import { nodeWasmBackend } from '../../../workers/backend/ort.node';
import { imagePatches } from '../../../workers/imagePatches';
import { streamedStage } from '../../../workers/streamed';
import type { Tensor, Tensors } from '../../../workers/tensor';
import { fromRoot } from '../../root';
import { sqnr } from '../../workers/backend/int8/network';
import { wavePicture } from '../../workers/pictureFile/wavePicture';

const demo = await openDiffusersFolder(await diskFolder(fromRoot('models/demo/model')));
const { unet } = demo.description;
const vectors = await openSafetensors(await fileSource(fromRoot('spec/vectors/ip-adapters.safetensors')));
const vector = async (name: string) => toF32('F32', await vectors.read(name));
const { signal } = new AbortController();

async function once(network: RunOnce, inputs: Tensors): Promise<Tensors> {
  const stage = streamedStage(segmentsOnce(network), nodeWasmBackend(), signal);
  try {
    return await stage.run(inputs);
  } finally {
    await stage.close();
  }
}

const picture = { width: 90, height: 70, pixels: wavePicture(90, 70) };

async function seen(output: ClipVisionOutput, act?: 'gelu' | 'quick_gelu'): Promise<Tensor> {
  const encoder = await hashedEncoder(act);
  const made = await once(imageEncoding(encoder, output), { patches: imagePatches(picture, encoder.config) });
  return made[output]!;
}

const rows = ({ shape, data }: Tensor, which: readonly number[], every = 1): Float32Array =>
  Float32Array.from(
    which.flatMap((row) =>
      [...data.subarray(row * shape[2]!, (row + 1) * shape[2]!)].filter((_, i) => i % every === 0),
    ),
  );

test("what the encoder sees is transformers', with either activation", async () => {
  for (const act of ['gelu', 'quick_gelu'] as const) {
    const embeds = sqnr(rows(await seen('image_embeds', act), [0]), await vector(`${act}.image_embeds`));
    const states = sqnr(rows(await seen('hidden_states', act), [0, 5, 16]), await vector(`${act}.hidden_states`));
    assert.ok(embeds > 80 && states > 80, `${act}: ${embeds.toFixed(1)} and ${states.toFixed(1)} dB`);
  }
});

test("of Stable Diffusion 1.5's sixteen cross-attentions the middle's comes last, as diffusers counts them", () => {
  // `attn_processors` of UNet2DConditionModel(cross_attention_dim=768): 1 is the first, 31 the last, every other one.
  const [down, up] = [
    [320, 320, 640, 640, 1280, 1280],
    [1280, 1280, 1280, 640, 640, 640, 320, 320, 320],
  ];
  const all = crossAttentions(SD15.unet);
  assert.equal(
    all.map(({ channels }) => channels),
    [...down, ...up, 1280],
  );
  const block = (i: number): string => all[i]!.scope.replace('.transformer_blocks.0.attn2', '');
  assert.equal([0, 5, 6, 14, 15].map(block), [
    ...['down_blocks.0.attentions.0', 'down_blocks.2.attentions.1'],
    ...['up_blocks.1.attentions.0', 'up_blocks.3.attentions.2', 'mid_block.attentions.0'],
  ]);
});

test("keys and values of every kind of adapter are diffusers', of the first cross-attention and the last", async () => {
  const encoder = await hashedEncoder();
  const scopes = crossAttentions(unet).map(({ scope }) => scope);
  for (const kind of ['plain', 'full', 'plus'] as const satisfies AdapterKind[]) {
    const adapter = await hashedIpAdapter(kind, unet);
    const all = await seen(kind === 'plain' ? 'image_embeds' : 'hidden_states');
    const features: Tensor =
      kind === 'plain' ? { type: 'float32', shape: [1, 1, all.shape[2]!], data: rows(all, [0]) } : all;
    const latents = await latentsOf(adapter);
    const made = await once(ipAdapting(adapter, encoder, unet), {
      features,
      ...(latents ? { latents: { type: 'float32', ...latents } } : {}),
    });
    assert.is(Object.keys(made).length, 2 * scopes.length);
    for (const i of [0, scopes.length - 1])
      for (const [nameOf, key] of [
        [imageKeysName, 'to_k_ip'],
        [imageValuesName, 'to_v_ip'],
      ] as const) {
        const tensor = made[nameOf(scopes[i]!)]!;
        const step = kind === 'full' ? 4 : 1;
        const which = Array.from({ length: Math.ceil(tensor.shape[1]! / step) }, (_, row) => row * step);
        const quality = sqnr(rows(tensor, which, 4), await vector(`${kind}.${2 * i + 1}.${key}`));
        assert.ok(quality > 80, `${kind}, ${scopes[i]}: ${quality.toFixed(1)} dB`);
      }
  }
});

test.run();
