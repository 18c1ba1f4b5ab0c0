"""The value of each of the 256 bytes as torch's float8 types: float16 bit patterns, which hold them exactly.

    python spec/vectors/recipes/float8.py   (from the repository's root)
"""
import json

import torch
from vector_index import record

bytes_ = torch.arange(256, dtype=torch.uint8)
tables = {}
for name, kind in (("F8_E4M3", torch.float8_e4m3fn), ("F8_E5M2", torch.float8_e5m2)):
    values = bytes_.view(kind)
    half = values.to(torch.float16)
    finite = torch.isfinite(values.float())
    assert torch.equal(half.float()[finite], values.float()[finite])
    # A NaN is written as null: which of its payloads arrives is nobody's business.
    bits = half.view(torch.int16).int() & 0xFFFF
    tables[name] = [None if torch.isnan(v) else int(b) for v, b in zip(half, bits)]
with open("spec/vectors/float8.json", "w") as f:
    f.write("{\n" + ",\n".join(f'"{k}": {json.dumps(v, separators=(",", ":"))}' for k, v in tables.items()) + "\n}\n")
record("float8", "float8.json", "recipes/float8.py", "torch", "exact", "every fp8 byte is the number that torch reads in it")
