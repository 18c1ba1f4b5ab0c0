"""Stable Diffusion 1.5's networks at full size with random weights, as diffusers builds them, and inputs for them."""
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel


class Unet(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.unet = UNet2DConditionModel(sample_size=64, cross_attention_dim=768)

    def forward(self, sample, timestep, hidden_states):
        return self.unet(sample, timestep, hidden_states, return_dict=False)[0]


class Decoder(torch.nn.Module):
    def __init__(self):
        super().__init__()
        widths = (128, 256, 512, 512)
        self.vae = AutoencoderKL(
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            block_out_channels=widths,
            layers_per_block=2,
            latent_channels=4,
        )
        # Only what decodes.
        self.vae.encoder = None
        self.vae.quant_conv = None

    def forward(self, latents):
        return self.vae.decode(latents, return_dict=False)[0]


def network(stage):
    torch.manual_seed(0)
    return {"unet": Unet, "vae_decoder": Decoder}[stage]().eval()


def inputs(stage, pixels, dtype=torch.float32):
    side = pixels // 8
    latents = torch.randn(1, 4, side, side, generator=torch.Generator().manual_seed(1)).to(dtype)
    if stage == "vae_decoder":
        return (latents,)
    hidden_states = torch.randn(1, 77, 768, generator=torch.Generator().manual_seed(2)).to(dtype)
    return latents, torch.tensor([500.0], dtype=torch.float32), hidden_states
