"""Keeps spec/vectors/index.json: each recipe records the files it wrote, and touches no other recipe's entries."""
import hashlib
import json
from importlib.metadata import version
from pathlib import Path

VECTORS = Path(__file__).resolve().parents[1]
INDEX = VECTORS / "index.json"


def record(name: str, file: str, recipe: str, package: str, tolerance: str, because: str, source: dict | None = None) -> None:
    """`source` where the numbers are not an installed package's."""
    entries = json.loads(INDEX.read_text()) if INDEX.exists() else []
    entry = {
        "name": name,
        "file": file,
        "sha256": hashlib.sha256((VECTORS / file).read_bytes()).hexdigest(),
        "recipe": recipe,
        "source": source or {"package": package, "version": version(package)},
        "tolerance": tolerance,
        "because": because,
    }
    entries = [other for other in entries if other["name"] != name] + [entry]
    entries.sort(key=lambda entry: entry["name"])
    INDEX.write_text(json.dumps(entries, indent=2) + "\n")
