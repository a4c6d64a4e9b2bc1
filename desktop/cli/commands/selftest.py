"""`selftest`: the shipped checks of this installation, and what it consists of."""

import hashlib
import os
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs

from desktop.cli.output import CommandOutcome, run_job
from desktop.cli.parser import SelftestRequest
from desktop.render.frame import draw_frame
from desktop.startup.build_info import NOTICE, damage_sentence, edition, find_damage, resources_folder, system_line
from desktop.startup.samples import find_package
from imaging.base.errors import Code, Refusal
from imaging.base.policy import ARCHIVE_RATIO, FRAME_BYTES, FRAMES, NESTING, ReadingPolicy
from imaging.base.progress import Job, Progress, finish
from imaging.files.members import MEMBER_LIMIT
from imaging.load import allocate, fill
from imaging.scan import scan
from imaging.volume.series import Polarity, Series
from imaging.volume.windowing import VoiFunction, Window
from imaging.workers.pool import Reading
from imaging.workers.process import memory_of_child
from inference.bundle.bundle import check_bundle, load_bundle
from inference.bundle.catalog import list_installed, user_models_folder
from inference.classify.allowed_models import allowed_models, is_allowed, shipped_models
from inference.classify.classifier import Classifier, maps_of_labels
from inference.classify.model_process import MODEL_BYTES
from inference.classify.onnx_session import ANSWER_BYTES
from inference.classify.preprocess import prepare
from inference.contract.phantoms import make_phantoms, slice_from_array
from inference.contract.storage import Bundle
from inference.torch_availability import torch_available

LIBRARIES = (
    "numpy", "pydicom", "imagecodecs", "pylibjpeg-rle", "pyjpegls", "nibabel", "SimpleITK",
    "Pillow", "tifffile", "opencv-python-headless", "onnxruntime", "onnx", "safetensors", "pydantic",
    "PySide6-Essentials", "torch", "timm",
)  # fmt: skip
"""Libraries whose versions decide what a pixel or a probability is."""
_DECODER_FILES = "data/test_files"
# The two implementations differ by rounding; of the strongest value of the maps (see inference.bundle.goldens).
_TORCH_TOLERANCE = 1e-2


@dataclass(frozen=True)
class Check:
    """One check that was made: what it is about, whether it held, and what to say of it."""

    name: str
    ok: bool
    says: str


@dataclass(frozen=True)
class DecodedSeries:
    """The stored pixels of a series' middle slice, as SHA-256 of their bytes, or the `code` they are refused with."""

    path: str
    series: int
    syntax: str | None
    shape: tuple[int, ...]
    dtype: str
    sha256: str | None
    code: str | None


def selftest(request: SelftestRequest, reading: Reading) -> CommandOutcome:
    """Run every check, and hash the pixels of the files that were named."""
    made = run_job(run_checks(reading))
    pixels = [row for path in request.paths for row in decode_files(path, reading)]
    failed = [check for check in made if not check.ok]
    document: dict[str, Any] = {
        "program": {**asdict(edition()), "system": system_line()},
        "libraries": library_versions(),
        "limits": limits_in_force(reading.policy),
        "checks": [asdict(check) for check in made],
        "passed": not failed,
        "pixels": [asdict(row) for row in pixels],
        "notice": NOTICE,
    }
    lines = [edition().line(), system_line(), *(f"{name} {number}" for name, number in library_versions().items()), ""]
    lines += [f"limit: {name.replace('_', ' ')} {value:,}" for name, value in limits_in_force(reading.policy).items()]
    lines += ["", *(f"{'ok    ' if check.ok else 'FAILED'}  {check.name}: {check.says}" for check in made)]
    lines += [f"{row.sha256 or row.code}  {row.path} series {row.series}" for row in pixels]
    lines += ["", f"{len(made) - len(failed)} checks passed, {len(failed)} failed", NOTICE]
    error = Refusal(Code.DAMAGED, f"{len(failed)} checks failed; the first: {failed[0].says}") if failed else None
    return CommandOutcome(document, lines, error=error)


def library_versions() -> dict[str, str]:
    """Return the installed libraries that matter, with their versions."""
    found = {}
    for name in LIBRARIES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def limits_in_force(policy: ReadingPolicy) -> dict[str, int | float]:
    """Return the limits that strangers' files are read under (docs/security.md)."""
    return {
        "unpacked_bytes": policy.unpacked_bytes,
        "archive_ratio": ARCHIVE_RATIO,
        "archive_members": MEMBER_LIMIT,
        "seconds": policy.seconds,
        "series_bytes": policy.memory_budget(),
        "child_bytes": memory_of_child(),
        "frame_bytes": FRAME_BYTES,
        "frames": FRAMES,
        "nesting": NESTING,
        "model_bytes": MODEL_BYTES,
        "model_answer_bytes": ANSWER_BYTES,
    }


def run_checks(reading: Reading) -> Job[list[Check]]:
    """Run every check of this edition, in the order of what the later ones stand on."""
    steps: list[tuple[str, Callable[[], Iterator[Check]]]] = [
        ("Files of the program", _check_files),
        ("Decoders", partial(_check_decoders, reading)),
        ("Display", _check_display),
        ("Models", partial(_check_models, reading.policy)),
        ("Places to write", _check_folders),
    ]
    if torch_available():
        steps.insert(4, ("The torch path", _check_torch))
    made: list[Check] = []
    for done, (doing, step) in enumerate(steps):
        yield Progress(doing, done, len(steps))
        made += step()
    return made


def decode_files(path: Path, reading: Reading) -> list[DecodedSeries]:
    """Decode and hash the middle slice of every series in a file, or in each file below a folder."""
    if path.is_dir():
        return [row for below in sorted(path.rglob("*")) if below.is_file() for row in decode_files(below, reading)]
    found = finish(scan([path], reading))
    rows = [_hash_series(path, number, series, reading) for number, series in enumerate(found.series)]
    if rows or not found.ledger.skipped:
        return rows
    return [DecodedSeries(str(path), 0, None, (), "", None, found.ledger.skipped[0].code.value)]


def _hash_series(path: Path, number: int, series: Series, reading: Reading) -> DecodedSeries:
    origin = str(path), number, series.acquisition.transfer_syntax or None
    shape = (series.phases, series.slices, series.rows, series.columns, series.channels)
    try:
        volume = allocate(series, reading)
        if skipped := finish(fill(volume, reading, [series.middle])):
            raise Refusal(skipped[0].code)
    except Refusal as refusal:
        return DecodedSeries(*origin, shape, series.dtype, None, refusal.code.value)
    frame = volume.stored[0, series.middle]
    little = np.ascontiguousarray(frame.astype(frame.dtype.newbyteorder("<")))
    return DecodedSeries(*origin, shape, series.dtype, hashlib.sha256(little.tobytes()).hexdigest(), None)


def _check_files() -> Iterator[Check]:
    if not edition().is_built:
        yield Check("files", True, "Run from source: there is no list of files to compare with.")
        return
    try:
        found = find_damage(thorough=True)
    except Refusal as refusal:
        yield Check("files", False, refusal.message)
        return
    yield Check("files", not found, damage_sentence(found) if found else "Every file is as it was built (SHA-256).")


def _check_decoders(reading: Reading) -> Iterator[Check]:
    """Decode real files of every transfer syntax, and compare the hashes of their pixels."""
    folder = find_package("pydicom")
    rows = tomllib.loads((resources_folder() / "selftest.toml").read_text(encoding="utf-8"))["decoder"]
    for row in rows:
        path = None if folder is None else folder / _DECODER_FILES / row["file"]
        if path is None or not path.is_file():
            yield Check(f"decoder: {row['name']}", False, f"The test file {row['file']} is missing.")
            continue
        answers = decode_files(path, reading)
        right = [one.sha256 for one in answers] == [row["sha256"]]
        why = "right pixels" if right else "It gives other pixels than it must, or none."
        yield Check(f"decoder: {row['name']}", right, f"{row['file']}: {why}")


def _check_display() -> Iterator[Check]:
    """Compare a ramp of Hounsfield units with DICOM's own function, worked out a second time (PS3.3 C.11.2.1.2)."""
    ramp = np.arange(-1024, 3072, dtype=np.int16).reshape(64, 64)
    for name, polarity in (("MONOCHROME2", Polarity.MONOCHROME2), ("MONOCHROME1", Polarity.MONOCHROME1)):
        centre, width = 40.0, 400.0
        shown = draw_frame(slice_from_array(ramp, polarity=polarity), Window(centre, width, VoiFunction.LINEAR))
        unit = (ramp - (centre - 0.5)) / (width - 1.0) + 0.5
        expected = np.clip(unit, 0.0, 1.0) * 255.0
        expected = 255.0 - expected if polarity is Polarity.MONOCHROME1 else expected
        # Rounding is free, the function is not.
        worst = float(np.abs(shown.astype(np.float64) - expected).max())
        says = f"phantom in window 40/400, off by {worst:.2f} grey levels at most"
        yield Check(f"display: {name}", worst <= 0.5 + 1e-6, says)


def _check_models(policy: ReadingPolicy) -> Iterator[Check]:
    found = list_installed()
    own = user_models_folder()
    if not any(one.path.parent != own for one in found):
        yield Check("models", False, "The model that comes with the program is missing. Install Slicelens again.")
    for one in found:
        faults = one.faults or tuple(check_bundle(one.path, policy))
        where = "in the program" if is_allowed(one.sha256) else "in a process of its own"
        says = faults[0].sentence if faults else f"hashes and golden pairs hold ({one.sha256[:12]}); runs {where}"
        yield Check(f"model: {one.id}", not faults, says)
    for allowed in (shipped_models(), *allowed_models()):
        count = "1 model runs" if len(allowed.hashes) == 1 else f"{len(allowed.hashes)} models run"
        says = " ".join((f"{allowed.path}: {count} in the program.", *allowed.faults))
        yield Check(f"list: {allowed.path.name}", not allowed.faults, says)


def _check_torch() -> Iterator[Check]:
    """Compare class maps from torch with those of the ONNX graph."""
    for one in list_installed():
        contract = one.contract
        if contract is None or contract.torch is None or contract.explanation.target_layer is None:
            continue
        if not is_allowed(one.sha256):
            continue
        try:
            worst = _largest_difference(load_bundle(one.path), contract.explanation.target_layer)
        except Refusal as refusal:
            yield Check(f"torch: {one.id}", False, refusal.message)
            continue
        says = f"Grad-CAM agrees with the graph's to {worst:.1e} of its strongest value"
        yield Check(f"torch: {one.id}", worst <= _TORCH_TOLERANCE, says)


def _largest_difference(bundle: Bundle, layer: str) -> float:
    """Return how far torch's class maps are from the graph's, in parts of the strongest value. Raises `Refusal`."""
    # torch takes seconds to load, and only this check wants it.
    from inference.torch_path.gradcam import compute_cams
    from inference.torch_path.proof import load_bundle_network

    classifier, network = Classifier(bundle), load_bundle_network(bundle)
    worst = 0.0
    for phantom in make_phantoms(bundle.contract):
        input_ = prepare(phantom.slice, bundle.contract.input)
        raw = classifier.run(input_)
        if raw.cams is None:
            continue
        maps = maps_of_labels(compute_cams(network, layer, input_.tensor), bundle.contract.task)
        worst = max(worst, float(np.abs(maps - raw.cams).max() / max(float(np.abs(raw.cams).max()), 1e-12)))
    return worst


def _check_folders() -> Iterator[Check]:
    """Check the folders that the program keeps things in; without one it works and keeps nothing."""
    for what, folder in (
        ("settings", platformdirs.user_config_path("slicelens", appauthor=False)),
        ("own models", user_models_folder()),
        ("reports of crashes", platformdirs.user_state_path("slicelens", appauthor=False)),
    ):
        nearest = next((one for one in (folder, *folder.parents) if one.exists()), None)
        good = nearest is not None and os.access(nearest, os.W_OK) and nearest.is_dir()
        says = "can be kept" if good else "cannot be kept: the folder for them is not writable. Everything else works."
        yield Check(f"place: {what}", True, says)
    try:
        with tempfile.TemporaryFile():
            pass
    except OSError:
        yield Check("place: temporary files", False, "No temporary file can be made: is the disk full?")
