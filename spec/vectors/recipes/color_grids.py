"""Colors of pictures of a formula (the spec repeats it), as diffusers' example of StableDiffusionAdapterPipeline makes them with Pillow, a square of 64 pixels each.

    python spec/vectors/recipes/color_grids.py   (from the repository's root)
"""
import hashlib
import json

from PIL import Image
from resizing import picture
from vector_index import VECTORS, record

SIZES = [((300, 200), (512, 512)), ((64, 48), (192, 192)), ((33, 57), (200, 136)), ((40, 30), (48, 320))]


def main():
    cases = []
    for (width, height), (to_width, to_height) in SIZES:
        palette = Image.fromarray(picture(width, height)).resize((max(to_width // 64, 1), max(to_height // 64, 1)))
        grid = palette.resize((to_width, to_height), resample=Image.Resampling.NEAREST)
        cases.append({"from": [width, height], "to": [to_width, to_height], "rgb": hashlib.sha256(grid.tobytes()).hexdigest()})
    (VECTORS / "color-grids.json").write_text("[\n" + ",\n".join(map(json.dumps, cases)) + "\n]\n")
    record("color-grids", "color-grids.json", "recipes/color_grids.py", "pillow", "exact", "colors that are followed are those of diffusers' example")


if __name__ == "__main__":
    main()
