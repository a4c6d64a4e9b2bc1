"""Mutated models, opened one after another in this process; a stranger's graph runs in its own, as ever."""

import hashlib
import json
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from imaging.base.errors import Refusal
from imaging.base.policy import ReadingPolicy
from inference.bundle.bundle import check_bundle
from inference.bundle.catalog import list_installed
from inference.bundle.provisional import open_onnx
from tests.fuzz.structures import damage_graph, damage_json, damage_tensors
from tests.inference.factory import make_bundle, make_contract, tiny_model

KINDS = ("graph", "bundle graph", "contract", "tensors")
SECONDS = 2.0
_SLACK = 20.0


@dataclass(frozen=True)
class ModelVerdict:
    """How often which code was answered (`opened` for none), and what went wrong."""

    codes: Counter[str]
    faults: tuple[str, ...]


def fuzz_models(kind: str, *, count: int, seed: int) -> ModelVerdict:
    """Damage and open `count` models of a kind. An exception other than `Refusal` is a fault, as is a long wait."""
    chance = random.Random(f"{kind} {seed}")
    codes: Counter[str] = Counter()
    faults = []
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        source = make_bundle(folder / "source")
        files = {one.relative_to(source).as_posix(): one.read_bytes() for one in source.rglob("*") if one.is_file()}
        for number in range(count):
            what, path = _write(kind, files, folder / "mutant", chance)
            began = time.process_time(), time.monotonic()
            try:
                codes[_open(path)] += 1
            except Exception as error:
                faults.append(f"{kind} {seed}/{number} ({what}): {type(error).__name__}: {error}")
            if time.process_time() - began[0] > SECONDS or time.monotonic() - began[1] > SECONDS + _SLACK:
                faults.append(f"{kind} {seed}/{number} ({what}): took too long")
            shutil.rmtree(folder / "mutant")
    return ModelVerdict(codes, tuple(faults))


def _open(path: Path) -> str:
    """Open a model as the program does; return the code of the refusal, or `opened`."""
    policy = ReadingPolicy(seconds=SECONDS)
    if path.suffix != ".onnx":
        list_installed([path.parent])
        faults = check_bundle(path, policy)
        return faults[0].code.value if faults else "opened"
    try:
        open_onnx(path, policy)
    except Refusal as refusal:
        return refusal.code.value
    return "opened"


def _write(kind: str, files: Mapping[str, bytes], folder: Path, chance: random.Random) -> tuple[str, Path]:
    """Write one mutant; what the contract names is named as it is now, so that no hash stands in the way."""
    folder.mkdir()
    if kind == "graph":
        what, content = damage_graph(tiny_model(make_contract(), maps=chance.random() < 0.5), chance)
        (folder / "m.onnx").write_bytes(content)
        return what, folder / "m.onnx"
    names = {
        "bundle graph": ("model.onnx", damage_graph),
        "contract": ("bundle.json", damage_json),
        "tensors": (chance.choice([name for name in sorted(files) if name.endswith(".safetensors")]), damage_tensors),
    }
    name, damage = names[kind]
    what, content = damage(files[name], chance)
    changed = {**files, name: content}
    if name != "bundle.json":
        contract = json.loads(files["bundle.json"])
        contract["files"][name] = hashlib.sha256(content).hexdigest()
        changed["bundle.json"] = json.dumps(contract).encode()
    for other, written in changed.items():
        (folder / "b" / other).parent.mkdir(parents=True, exist_ok=True)
        (folder / "b" / other).write_bytes(written)
    return what, folder / "b"
