"""A bundle, loaded, checked and saved: the contract and its files as one thing that is whole or refused.

The schema is `inference.contract.contract`, the files and the `Bundle` itself are `inference.contract.storage`.
"""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from imaging.base.atomic_write import move, write_through
from imaging.base.errors import Code, Refusal
from inference.bundle.goldens import CASES_FILE, GoldenAnswer, verify_goldens, write_goldens
from inference.contract.codes import Fault, ModelCode
from inference.contract.contract import Contract
from inference.contract.contract_check import CONTRACT_FILE, read_contract, read_declared_files
from inference.contract.storage import (
    Bundle,
    BundleFiles,
    BundleInMemory,
    has_allowed_ending,
    is_safe,
    missing_file,
    open_bundle_files,
    sha256_of,
)
from inference.graph.walk import MODEL_FILE, find_contract_faults, find_safety_faults, parse_graph, read_graph

WEIGHTS_FILE = "weights.safetensors"

# Bundles whose golden pairs held in this run of the program, by the hash that stands for all their files.
_verified: set[str] = set()


def load_bundle(path: Path) -> Bundle:
    """Load the bundle at `path` (a folder, or the folder zipped). Raises `Refusal` with the first of all its faults."""
    bundle, faults = _examine_path(path)
    if bundle is None or faults:
        raise _refuse_for(faults)
    return bundle


def check_bundle(path: Path) -> list[Fault]:
    """Return every reason why the bundle at `path` would be refused; empty if it would be loaded."""
    return _examine_path(path)[1]


def save_bundle(
    folder: Path, *, contract: Contract, files: Mapping[str, bytes], answers: Mapping[str, GoldenAnswer] | None = None
) -> Bundle:
    """Write a bundle's folder, whole or not at all, and load it back.

    `files` holds `model.onnx` and whatever else belongs to it (`weights.safetensors`, `README.md`, `figures/…`); the
    golden pairs and the hashes are made here, so `contract.files` is not looked at. An older bundle there is replaced.
    `answers` are what another implementation says of the phantoms (see `write_goldens`). Raises `Refusal`: (WRITE), or
    the first fault of what would have been written.
    """
    if folder.exists() and not (folder / CONTRACT_FILE).is_file():
        raise Refusal(Code.WRITE, "There is something else at this path already.")
    if MODEL_FILE not in files:
        raise missing_file(MODEL_FILE)
    content = {**files, **write_goldens(contract, files[MODEL_FILE], answers)}
    content.pop(CONTRACT_FILE, None)
    named = contract.model_copy(update={"files": {name: sha256_of(content[name]) for name in sorted(content)}})
    content[CONTRACT_FILE] = named.model_dump_json(indent=2).encode() + b"\n"
    _, faults = _examine_files(folder, BundleInMemory(content))
    if faults:
        raise _refuse_for(faults)
    try:
        _replace_folder(folder, content)
    except OSError:
        raise Refusal(Code.WRITE) from None
    return load_bundle(folder)


def _refuse_for(faults: list[Fault]) -> Refusal:
    first = faults[0]
    where = f" ({first.key_path})" if first.key_path and first.key_path not in first.sentence else ""
    more = f" And {len(faults) - 1} more." if len(faults) > 1 else ""
    return Refusal(first.code, f"{first.sentence.rstrip('.')}{where}.{more}")


def _examine_path(path: Path) -> tuple[Bundle | None, list[Fault]]:
    if path.is_dir() and not (path / CONTRACT_FILE).is_file():
        return None, [Fault(ModelCode.NOT_A_BUNDLE, "", "This folder is not a bundle: it has no bundle.json.")]
    try:
        return _examine_files(path, open_bundle_files(path))
    except Refusal as refusal:
        return None, [Fault(refusal.code, "", refusal.message)]


def _examine_files(path: Path, files: BundleFiles) -> tuple[Bundle | None, list[Fault]]:
    """Return the bundle (None if its contract cannot be read) and all its faults."""
    if CONTRACT_FILE not in files.names:
        return None, [Fault(ModelCode.NOT_A_BUNDLE, "", "This is not a bundle: it has no bundle.json."), *files.faults]
    text = files.read(CONTRACT_FILE)
    contract, faults = read_contract(text)
    faults = [*files.faults, *faults]
    declared = read_declared_files(text) if contract is None else contract.files
    if declared is not None:
        faults += _check_files(files, declared, contract)
    faults += _check_model(files, contract)
    if contract is None:
        return None, faults
    bundle = Bundle(path, contract, sha256_of(text), files)
    if not faults and bundle.sha256 not in _verified:
        faults += verify_goldens(bundle)
        if not faults:
            _verified.add(bundle.sha256)
    return bundle, faults


def _check_files(files: BundleFiles, declared: Mapping[str, str], contract: Contract | None) -> Iterator[Fault]:
    """Find files that are missing, changed, of a kind that is not allowed, or not named by the contract."""
    needed = {MODEL_FILE, CASES_FILE}
    if contract is not None and contract.torch is not None:
        needed.add(WEIGHTS_FILE)
    for name in sorted(needed - set(declared)):
        yield Fault(ModelCode.MISSING_FILE, f"files.{name}", "A bundle must have this file, and name it here.")
    for name, expected in sorted(declared.items()):
        if not is_safe(name):
            sentence = "This name would lead out of the bundle, or is not portable."
            yield Fault(ModelCode.UNSAFE_PATH, f"files.{name}", sentence)
        elif not has_allowed_ending(name):
            sentence = "A bundle holds ONNX, safetensors, JSON, PNG and Markdown, nothing else."
            yield Fault(ModelCode.FORBIDDEN_FILE, f"files.{name}", sentence)
        elif name not in files.names:
            yield Fault(ModelCode.MISSING_FILE, name, "The contract names this file, but the bundle lacks it.")
        else:
            try:
                is_same = sha256_of(files.read(name)) == expected
            except Refusal as refusal:
                yield Fault(refusal.code, name, refusal.message)
                continue
            if not is_same:
                sentence = "The file is not the one that the contract names: its hash differs."
                yield Fault(ModelCode.HASH, name, sentence)
    for name in sorted(files.names - set(declared) - {CONTRACT_FILE}):
        yield Fault(ModelCode.EXTRA_FILE, name, "The bundle has this file, but the contract does not name it.")


def _check_model(files: BundleFiles, contract: Contract | None) -> list[Fault]:
    """Find what is wrong with the graph itself, and where it differs from the contract."""
    if MODEL_FILE not in files.names:
        return []
    try:
        proto = parse_graph(files.read(MODEL_FILE))
    except Refusal as refusal:
        return [Fault(refusal.code, MODEL_FILE, refusal.message)]
    faults = find_safety_faults(proto)
    return faults if contract is None else faults + find_contract_faults(read_graph(proto), contract)


def _replace_folder(folder: Path, content: Mapping[str, bytes]) -> None:
    """Write the files beside `folder`, then swap. Raises OSError, and leaves what was there before."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    staged = Path(tempfile.mkdtemp(prefix=".bundle-", dir=folder.parent))
    try:
        for name, content_ in content.items():
            path = staged / "new" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_through(path, content_)
        if folder.exists():
            move(folder, staged / "old")
        try:
            move(staged / "new", folder)
        except OSError:
            if (staged / "old").exists():
                move(staged / "old", folder)
            raise
    finally:
        shutil.rmtree(staged, ignore_errors=True)
