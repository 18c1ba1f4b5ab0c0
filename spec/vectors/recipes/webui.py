"""stable-diffusion-webui's own reading of prompts, for the recipes that ask it: its modules, with nothing around them.

Its code is under another licence than ours, so it is not here: the recipes take the folder of a checkout of
github.com/AUTOMATIC1111/stable-diffusion-webui, of which `modules/prompt_parser.py` (as of commit 28bd8e1),
`modules/sd_hijack_clip.py` (00e0938) and `modules/sd_emphasis.py` are imported; what these import of the rest are the
stand-ins below. Of those files no more is asked than the two parsers, the embedder's tokenize_line and forward, and the
emphasis called "Original".
"""
import sys
from importlib import import_module
from types import ModuleType, SimpleNamespace

VERSION = "1.10"
OPTIONS = SimpleNamespace(
    emphasis="Original", comma_padding_backtrack=20, CLIP_stop_at_last_layers=1,
    use_old_emphasis_implementation=False, textual_inversion_add_hashes_to_infotext=False,
)
NO_WORDS = SimpleNamespace(find_embedding_at_position=lambda tokens, position: (None, None))


def module(name: str, **contents) -> None:
    made = ModuleType(f"modules.{name}")
    vars(made).update(contents)
    sys.modules[made.__name__] = made
    setattr(sys.modules["modules"], name, made)


def parser(folder: str):
    """`modules/prompt_parser.py`."""
    sys.path.insert(0, folder)
    import_module("modules")
    return import_module("modules.prompt_parser")


def embedder(folder: str, tokenizer, text_encoder):
    """Calling it with texts gives hidden states; `OPTIONS` are its settings."""
    parser(folder)
    module("devices", device="cpu", torch_npu_set_device=lambda: None)
    module("sd_hijack", StableDiffusionModelHijack=object)
    module("shared", opts=OPTIONS)
    hijack = SimpleNamespace(embedding_db=NO_WORDS, fixes=None, extra_generation_params={})
    # transformers 5 has no `text_model` between the encoder and its layers.
    inner = getattr(text_encoder, "text_model", text_encoder)
    transformer = lambda input_ids, output_hidden_states: text_encoder(input_ids=input_ids, output_hidden_states=bool(output_hidden_states))
    transformer.text_model = inner
    clip = import_module("modules.sd_hijack_clip")
    return clip.FrozenCLIPEmbedderWithCustomWords(SimpleNamespace(tokenizer=tokenizer, transformer=transformer), hijack)
