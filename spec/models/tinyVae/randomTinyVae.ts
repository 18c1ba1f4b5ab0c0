/** The tiny VAEs of `tinyVaes.json`, bit for bit as `spec/vectors/recipes/tiny_vae.py` builds them, under either kind of names. */
import { listing, type Parameter } from '../../../models/graph/parameters';
import { type TinyHalf, tinyDecoder, tinyEncoder } from '../../../models/graph/tinyVae';
import { f32ToF16 } from '../../../models/half';
import { encodeSafetensors } from '../../../models/safetensorsWriter';
import { uniform } from '../randomModel';
import models from '../tinyVaes.json';

export type TinyVaeName = keyof typeof models;
export const TINY_VAES = Object.keys(models) as TinyVaeName[];

interface Config {
  readonly encoder_block_out_channels: readonly number[];
  readonly decoder_block_out_channels: readonly number[];
  readonly num_encoder_blocks?: readonly number[];
  readonly num_decoder_blocks?: readonly number[];
  readonly scaling_factor?: number;
}

export const tinyConfig = (name: TinyVaeName): Config => models[name].config;

const half = (channels: readonly number[], blocks: readonly number[]): TinyHalf => ({ channels: channels[0]!, blocks });

/** Every tensor of it, by its published name. */
function tensorsOf(name: TinyVaeName): Parameter[] {
  const config = tinyConfig(name);
  const decoder = half(config.decoder_block_out_channels, config.num_decoder_blocks ?? [3, 3, 3, 1]);
  const encoder = half(config.encoder_block_out_channels, config.num_encoder_blocks ?? [1, 3, 3, 3]);
  const tensors: Parameter[] = [];
  const size = { batch: 1, height: 8, width: 8 };
  tinyEncoder(listing(tensors), 4, encoder, size);
  tinyDecoder(listing(tensors), 4, decoder, size);
  return tensors;
}

function encode(name: TinyVaeName, tensors: readonly (Parameter & { readonly stored: string })[]): Uint8Array {
  const dtype = models[name].dtype === 'F16' ? 'F16' : 'F32';
  return encodeSafetensors(
    tensors.map(({ name: key, stored, shape }) => {
      const count = shape.reduce((product, size) => product * size, 1);
      const spread = key.endsWith('.weight') ? Math.sqrt(12 / (count / shape[0]!)) : 0.1;
      const values = uniform(`${name}/${key}`, count, spread, 0);
      const data = dtype === 'F16' ? f32ToF16(values) : values;
      return { name: stored, dtype, shape, data: new Uint8Array(data.buffer) };
    }),
  );
}

/** diffusers' file of both halves, or without the tensors that `leaves` names. */
export const tinyFile = (name: TinyVaeName, leaves: (key: string) => boolean = () => false): Uint8Array =>
  encode(
    name,
    tensorsOf(name).flatMap((tensor) => (leaves(tensor.name) ? [] : [{ ...tensor, stored: tensor.name }])),
  );

/** `taesd_decoder.safetensors` or `taesd_encoder.safetensors`: the decoder's clamp is its layer 0. */
export const originalFile = (name: TinyVaeName, which: 'decoder' | 'encoder'): Uint8Array =>
  encode(
    name,
    tensorsOf(name).flatMap((tensor) => {
      const [, of, layer, rest] = /^(\w+)\.layers\.(\d+)\.(.*)$/.exec(tensor.name)!;
      return of === which ? [{ ...tensor, stored: `${Number(layer) + (which === 'decoder' ? 1 : 0)}.${rest}` }] : [];
    }),
  );
