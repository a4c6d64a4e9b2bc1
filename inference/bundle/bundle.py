"""A bundle, loaded, checked and saved: the contract and its files as one thing that is whole or refused.

The schema is `inference.contract.contract`, the files and the `Bundle` itself are `inference.contract.storage`.
"""

import io
import os
import zipfile
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from imaging.base.atomic_folder import write_folder
from imaging.base.atomic_write import write_whole
from imaging.base.english import english
from imaging.base.errors import Code, Refusal, refusal_of
from imaging.base.leftovers import recover_folders
from imaging.base.policy import DEFAULT_POLICY, ReadingPolicy
from inference.bundle.goldens import CASES_FILE, GoldenAnswer, verify_goldens, write_goldens
from inference.contract.codes import Fault, ModelCode
from inference.contract.contract import Contract
from inference.contract.contract_check import CONTRACT_FILE, MAX_FAULTS, read_contract, read_declared_files
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
ZIP_ENDING = ".slb"
"""The ending of a bundle that is one file."""

# Bundles whose golden pairs held in this run of the program, by the hash that stands for all their files.
_verified: set[str] = set()


def load_bundle(path: Path, policy: ReadingPolicy = DEFAULT_POLICY) -> Bundle:
    """Load the bundle at `path` (a folder, or the folder zipped). Raises `Refusal` with the first of all its faults.

    Its golden pairs are asked under the limits of `policy`.
    """
    bundle, faults = _examine_path(path, policy)
    if bundle is None or faults:
        raise _refuse_for(faults)
    return bundle


def check_bundle(path: Path, policy: ReadingPolicy = DEFAULT_POLICY) -> list[Fault]:
    """Return every reason why the bundle at `path` would be refused; empty if it would be loaded."""
    return _examine_path(path, policy)[1]


def save_bundle(
    path: Path,
    *,
    contract: Contract,
    files: Mapping[str, bytes],
    answers: Mapping[str, GoldenAnswer] | None = None,
    policy: ReadingPolicy = DEFAULT_POLICY,
) -> Bundle:
    """Write a bundle, whole or not at all, and load it back: a folder, or one file for a path that ends in `.slb`.

    `files` holds `model.onnx` and whatever else belongs to it (`weights.safetensors`, `README.md`, `figures/…`); the
    golden pairs and the hashes are made here, so `contract.files` is not looked at. An older bundle there is replaced.
    `answers` are what another implementation says of the phantoms (see `write_goldens`). Raises `Refusal`: (WRITE), or
    the first fault of what would have been written.
    """
    if os.path.lexists(path) and not _is_bundle(path):
        raise Refusal(Code.WRITE, "There is something else at this path already.")
    if MODEL_FILE not in files:
        raise missing_file(MODEL_FILE)
    try:
        goldens = write_goldens(contract, files[MODEL_FILE], answers, policy)
    except Refusal:
        # A contract that contradicts the graph says more than a run that failed.
        if faults := _check_model(files[MODEL_FILE], contract):
            raise _refuse_for(faults) from None
        raise
    content = {**files, **goldens}
    content.pop(CONTRACT_FILE, None)
    named = contract.model_copy(update={"files": {name: sha256_of(content[name]) for name in sorted(content)}})
    content[CONTRACT_FILE] = named.model_dump_json(indent=2).encode() + b"\n"
    _, faults = _examine_files(path, BundleInMemory(content), policy)
    if faults:
        raise _refuse_for(faults)
    try:
        if path.suffix.lower() == ZIP_ENDING:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, _zip_files(content))
        else:
            write_folder(path, content)
    except OSError:
        raise Refusal(Code.WRITE) from None
    return load_bundle(path, policy)


def _is_bundle(path: Path) -> bool:
    """Return whether a bundle of the same kind, folder or file, is there to be replaced."""
    if path.suffix.lower() != ZIP_ENDING:
        return (path / CONTRACT_FILE).is_file()
    try:
        return path.is_file() and CONTRACT_FILE in open_bundle_files(path).names
    except Refusal:
        return False


def _zip_files(content: Mapping[str, bytes]) -> bytes:
    """Return the files as one archive; the same files are the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(content):
            archive.writestr(zipfile.ZipInfo(name), content[name])
    return buffer.getvalue()


def _refuse_for(faults: list[Fault]) -> Refusal:
    first = faults[0]
    said = first.sentence
    if first.key_path and first.key_path not in said:
        said = english("{sentence} Where: {key}.", sentence=said, key=first.key_path)
    if len(faults) > 1:
        said = english("{sentence} And {more} more.", sentence=said, more=len(faults) - 1)
    return Refusal(first.code, said)


def _examine_path(path: Path, policy: ReadingPolicy) -> tuple[Bundle | None, list[Fault]]:
    if not os.path.lexists(path):
        recover_folders(path.parent)
    try:
        if path.is_dir() and not (path / CONTRACT_FILE).is_file():
            return None, [
                Fault(ModelCode.NOT_A_BUNDLE, "", english("This folder is not a bundle: it has no bundle.json."))
            ]
        return _examine_files(path, open_bundle_files(path), policy)
    except OSError as error:
        refusal = refusal_of(error)
    except Refusal as refused:
        refusal = refused
    return None, [Fault(refusal.code, "", refusal.message)]


def _examine_files(path: Path, files: BundleFiles, policy: ReadingPolicy) -> tuple[Bundle | None, list[Fault]]:
    """Return the bundle (None if its contract cannot be read) and all its faults."""
    if CONTRACT_FILE not in files.names:
        return None, [
            Fault(ModelCode.NOT_A_BUNDLE, "", english("This is not a bundle: it has no bundle.json.")),
            *files.faults,
        ]
    text = files.read(CONTRACT_FILE)
    contract, faults = read_contract(text)
    faults = [*files.faults, *faults]
    declared = read_declared_files(text) if contract is None else contract.files
    # Read once: what is looked into is what the hash is of, whoever changes the file meanwhile.
    model = _read_model(files)
    if declared is not None:
        faults += islice(_check_files(files, declared, contract, model), MAX_FAULTS)
    if model is not None:
        faults += _check_model(model, contract)
    if contract is None:
        return None, faults[:MAX_FAULTS]
    bundle = Bundle(path, contract, sha256_of(text), files)
    if not faults and bundle.sha256 not in _verified:
        faults += verify_goldens(bundle, policy=policy)
        if not faults:
            _verified.add(bundle.sha256)
    return bundle, faults[:MAX_FAULTS]


def _read_model(files: BundleFiles) -> bytes | None:
    """Read the graph; None if that fails, which `_check_files` finds as for any other file."""
    try:
        return files.read(MODEL_FILE)
    except Refusal:
        return None


def _check_files(
    files: BundleFiles, declared: Mapping[str, str], contract: Contract | None, model: bytes | None
) -> Iterator[Fault]:
    """Find files that are missing, changed, of a kind that is not allowed, or not named by the contract."""
    needed = {MODEL_FILE, CASES_FILE}
    if contract is not None and contract.torch is not None:
        needed.add(WEIGHTS_FILE)
    for name in sorted(needed - set(declared)):
        yield Fault(ModelCode.MISSING_FILE, f"files.{name}", english("A bundle must have this file, and name it here."))
    for name, expected in sorted(declared.items()):
        if not is_safe(name):
            sentence = "This name would lead out of the bundle, or is not portable."
            yield Fault(ModelCode.UNSAFE_PATH, f"files.{name}", sentence)
        elif not has_allowed_ending(name):
            sentence = "A bundle holds ONNX, safetensors, JSON, PNG and Markdown, nothing else."
            yield Fault(ModelCode.FORBIDDEN_FILE, f"files.{name}", sentence)
        elif name not in files.names:
            yield Fault(ModelCode.MISSING_FILE, name, english("The contract names this file, but the bundle lacks it."))
        else:
            try:
                content = files.read(name) if model is None or name != MODEL_FILE else model
                is_same = sha256_of(content) == expected
            except Refusal as refusal:
                yield Fault(refusal.code, name, refusal.message)
                continue
            if not is_same:
                sentence = "The file is not the one that the contract names: its hash differs."
                yield Fault(ModelCode.HASH, name, sentence)
    for name in sorted(files.names - set(declared) - {CONTRACT_FILE}):
        yield Fault(ModelCode.EXTRA_FILE, name, english("The bundle has this file, but the contract does not name it."))


def _check_model(model: bytes, contract: Contract | None) -> list[Fault]:
    """Find what is wrong with the graph itself, and where it differs from the contract."""
    try:
        proto = parse_graph(model)
    except Refusal as refusal:
        return [Fault(refusal.code, MODEL_FILE, refusal.message)]
    faults = find_safety_faults(proto)
    return faults if contract is None else faults + find_contract_faults(read_graph(proto), contract)
