"""The three networks of the demo model, in the shapes of diffusers' SD 1.x classes, and their weights under the published key names.

UNet (96, 128, 112, 64), one layer a block: 7.25 M weights; most of them at 32×32 and 16×16, where the shapes of things are decided.
Text encoder: CLIP's with width 64, 4 layers. While training, the token table holds only the tokens that captions use, plus row 0 = zero for
every other ("a word I do not know"); export spreads it over the 49,408 rows.
"""
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from subjects import all_wording

VOCABULARY, TEXT_WIDTH, TEXT_LAYERS, TEXT_HEADS = 49408, 64, 4, 4
START, END = 49406, 49407
SCALING_FACTOR = 0.18215
TABLE = 'text_model.embeddings.token_embedding.weight'


def build_autoencoder():
    return AutoencoderKL(in_channels=3, out_channels=3, latent_channels=4, layers_per_block=1, block_out_channels=(24, 48, 64, 64), norm_num_groups=8,
                         sample_size=256, scaling_factor=SCALING_FACTOR, down_block_types=('DownEncoderBlock2D',) * 4,
                         up_block_types=('UpDecoderBlock2D',) * 4).to(memory_format=torch.channels_last)


def build_unet():
    return UNet2DConditionModel(sample_size=32, in_channels=4, out_channels=4, layers_per_block=1, block_out_channels=(96, 128, 112, 64),
                                norm_num_groups=16, cross_attention_dim=TEXT_WIDTH, attention_head_dim=4,      # SD 1.x's name for the number of heads
                                down_block_types=('CrossAttnDownBlock2D',) * 3 + ('DownBlock2D',),
                                up_block_types=('UpBlock2D',) + ('CrossAttnUpBlock2D',) * 3).to(memory_format=torch.channels_last)


def text_settings(vocabulary):
    return dict(vocab_size=vocabulary, hidden_size=TEXT_WIDTH, intermediate_size=4 * TEXT_WIDTH, num_hidden_layers=TEXT_LAYERS,
                num_attention_heads=TEXT_HEADS, max_position_embeddings=77, hidden_act='quick_gelu', layer_norm_eps=1e-5, projection_dim=TEXT_WIDTH,
                bos_token_id=0, eos_token_id=2, pad_token_id=1)


def build_text_encoder(rows):
    encoder = CLIPTextModel(CLIPTextConfig(**text_settings(rows)))
    table = published(encoder)[TABLE]
    torch.nn.init.normal_(table.data, std=.1)
    table.data[0] = 0
    table.register_hook(lambda grad: torch.cat([torch.zeros_like(grad[:1]), grad[1:]]))       # the unknown word stays zero
    return encoder


def published(encoder):
    """Its parameters by SD 1.x's key names; transformers ≥ 5 drops the `text_model.` prefix."""
    return {('text_model.' + k.removeprefix('text_model.')): p for k, p in encoder.named_parameters()}


class Tokens:
    """Captions to rows of the compact token table, int16 [N, 77]."""
    def __init__(self, folder):
        self._tokenizer = CLIPTokenizer.from_pretrained(folder)
        self.known = sorted({i for ids in self._tokenizer(all_wording()).input_ids for i in ids} | {START, END})
        self._row = torch.zeros(VOCABULARY, dtype=torch.int16)
        self._row[torch.tensor(self.known)] = torch.arange(1, len(self.known) + 1, dtype=torch.int16)

    def __call__(self, captions):
        step = 8192
        ids = [self._tokenizer(captions[i:i + step], padding='max_length', max_length=77, truncation=True).input_ids for i in range(0, len(captions), step)]
        return self._row[torch.tensor([row for part in ids for row in part])]


def build_pair(rows, device):
    """(text encoder, UNet, {key: parameter} of both): what diffusion trains."""
    torch.manual_seed(1)
    text, unet = build_text_encoder(rows).to(device), build_unet().to(device)
    parameters = published(text) | {'unet.' + k: p for k, p in unet.named_parameters()}
    return text, unet, parameters


@torch.no_grad()
def assign(parameters, values):
    assert parameters.keys() == values.keys(), parameters.keys() ^ values.keys()
    for key, p in parameters.items():
        p.copy_(values[key])
