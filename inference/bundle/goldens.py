"""Golden pairs: phantoms made by code, and what the model answers on them: proof that this machine computes the same.

The file format, for who makes bundles with other tools. `golden/cases.json` is

    {"version": 1, "cases": [{"name": "ramp", "polarity": "monochrome2", "affine": null}, …]}

with 1 to 20 cases. `name` is [a-z0-9_-]+; `polarity` says which end of the stored values is bright; `affine` is null,
or four rows of four numbers that map (slice, row, column, 1) to DICOM's LPS millimetres if the contract turns it.
The arrays of a case stand in `golden/NAME.safetensors`, all little-endian and in C order:

    stored    the phantom's stored values [row, column] of any integer or float type, or uint8 [row, column, 3]
    checksum  float64 [channels, 2, r, c], r = min(8, rows), c = min(8, columns) of the tensor that `stored` becomes by
              the contract's input part: the tensor is cut into r·c cells as numpy.array_split cuts it; [:, 0] is each
              cell's mean, [:, 1] the mean of |v[row + 1] - v[row]| + |v[column + 1] - v[column]|, beyond the last row
              and column the last value again
    logits    float32 [L], what the graph's output of that name says of the tensor (1 for a binary task)
    cams      float32 [labels, h, w], signed, before ReLU; of a binary task the negated map, then the map
    heat      uint8 [rows, columns] of the tensor: round(255 · the finished heatmap) of the label whose map has the
              greatest value; finished by ReLU, min-max, bilinear resize (cv2.INTER_LINEAR), min-max

`cams` and `heat` are needed if the contract names an output with class maps. Allowed differences: 1e-3 in checksum,
in probability and (of the greatest logit, at least 1) in logits; 1e-2 of the strongest value in maps and heatmap.

A hash of the tensor would not survive another processor: OpenCV's last bits differ between instruction sets, and among
150,000 values some always stand on the edge of whatever they are rounded to. So the checksum is a table of sums,
compared within a tolerance, and fine enough to move when any step of the preprocessing changes.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from imaging.base.english import english
from imaging.base.errors import Refusal
from imaging.base.policy import DEFAULT_POLICY, STARVED, ReadingPolicy
from imaging.volume.series import Polarity
from imaging.volume.volume import Slice
from inference.classify.classifier import Classifier, probabilities_of
from inference.classify.finding import RawOutput
from inference.classify.preprocess import ModelInput, prepare
from inference.contract.codes import Fault, ModelCode
from inference.contract.contract import Contract, ContractPart
from inference.contract.phantoms import make_phantoms, slice_from_array
from inference.contract.storage import Bundle, BundleInMemory, sha256_of
from inference.contract.tensor_file import read_tensors
from inference.explain.normalise_cam import heatmap
from inference.graph.walk import MODEL_FILE

CASES_FILE = "golden/cases.json"
PROBABILITY_TOLERANCE = 1e-3
# Of the greatest logit, or of 1 where all are smaller.
LOGIT_TOLERANCE = 1e-3
CHECKSUM_TOLERANCE = 1e-3
# Of the strongest value of the maps. ReLU6 networks cut inside a block differ by 5e-3 between two implementations.
HEATMAP_TOLERANCE = 1e-2
_CELLS = 8


class GoldenCase(ContractPart):
    """One golden pair: the file with its arrays, and how its phantom lies and is drawn."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9_-]+$")]
    polarity: Literal["monochrome1", "monochrome2"]
    affine: tuple[tuple[float, float, float, float], ...] | None

    @property
    def file(self) -> str:
        """Return the path of its arrays in the bundle."""
        return f"golden/{self.name}.safetensors"


class GoldenCases(ContractPart):
    """All of `golden/cases.json`."""

    version: Literal[1]
    cases: Annotated[tuple[GoldenCase, ...], Field(min_length=1, max_length=20)]


@dataclass(frozen=True, eq=False)
class GoldenAnswer:
    """The answer due for a phantom: logits [L], and signed class maps [labels, h, w] if the model has them."""

    logits: NDArray[np.float32]
    cams: NDArray[np.float32] | None


def tensor_checksum(input_: ModelInput, contract: Contract) -> NDArray[np.float64]:
    """Compute a table [channel, 2, rows, columns] of at most 8 by 8 cells: mean and mean local contrast of each.

    The means move with intensity, polarity, orientation, crop and normalisation; the contrast (the mean absolute
    difference of neighbours along both directions) moves with interpolation and CLAHE.
    """
    tensor = input_.tensor[0].astype(np.float64)
    channels = tensor if contract.input.layout == "NCHW" else tensor.transpose(2, 0, 1)
    down = np.abs(np.diff(channels, axis=1, append=channels[:, -1:]))
    across = np.abs(np.diff(channels, axis=2, append=channels[:, :, -1:]))
    return np.stack([_average_cells(channels), _average_cells(down + across)], axis=1)


def write_goldens(
    contract: Contract,
    model: bytes,
    answers: Mapping[str, GoldenAnswer] | None = None,
    policy: ReadingPolicy = DEFAULT_POLICY,
) -> dict[str, bytes]:
    """Make the files of `golden/` for a model, by their path in the bundle.

    `answers` by the names of `inference.contract.phantoms.make_phantoms` are what another implementation (torch) says;
    without them the graph itself is asked. Raises `Refusal` if the graph cannot answer.
    """
    classifier = Classifier(_bundle_in_memory(contract, model), policy=policy)
    files, cases = {}, []
    for phantom in make_phantoms(contract):
        input_ = prepare(phantom.slice, contract.input)
        raw = classifier.run(input_)
        if answers is not None:
            raw = replace(raw, logits=answers[phantom.name].logits, cams=answers[phantom.name].cams)
        case = _describe_case(phantom.name, phantom.slice)
        arrays: dict[str, NDArray[Any]] = {
            "stored": phantom.slice.stored,
            "checksum": tensor_checksum(input_, contract),
            "logits": raw.logits,
        }
        if raw.cams is not None:
            arrays |= {"cams": raw.cams, "heat": _quantise_heatmap(raw, contract, _find_strongest(raw.cams))}
        files[case.file] = safetensors.numpy.save({name: np.ascontiguousarray(a) for name, a in arrays.items()})
        cases.append(case)
    files[CASES_FILE] = GoldenCases(version=1, cases=tuple(cases)).model_dump_json(indent=1).encode()
    return files


def verify_goldens(
    bundle: Bundle,
    run: Callable[[ModelInput], RawOutput] | None = None,
    *,
    policy: ReadingPolicy = DEFAULT_POLICY,
) -> list[Fault]:
    """Find what this machine computes otherwise than the bundle says; empty if everything agrees.

    `run` is another way to ask the same model (the torch path), whose maps may differ from the graph's by a factor, as
    that falls out of the min-max; without it the bundle's graph is asked.
    All of them together may take `STARVED` times the seconds of `policy`.
    """
    try:
        cases = GoldenCases.model_validate_json(bundle.read(CASES_FILE))
        ask = Classifier(bundle, policy=policy).run if run is None else run
        faults: list[Fault] = []
        deadline = time.monotonic() + STARVED * policy.seconds
        for case in cases.cases:
            if time.monotonic() > deadline:
                # Each ended in its time, and all of them would not in minutes.
                raise Refusal(ModelCode.TIMEOUT, "The golden pairs of the model take too long, all together.")
            faults += _check_case(case, bundle, ask, scales=run is not None)
        return faults
    except ValidationError:
        return [
            Fault(
                ModelCode.GOLDEN, CASES_FILE, english("The list of golden pairs does not have the form it must have.")
            )
        ]
    except Refusal as refusal:
        return [Fault(refusal.code, CASES_FILE, refusal.message)]


def _bundle_in_memory(contract: Contract, model: bytes) -> Bundle:
    files = {MODEL_FILE: sha256_of(model)}
    # The answers do not depend on the out-of-distribution statistics, which stand in a file of their own.
    alone = contract.model_copy(update={"files": files, "out_of_distribution": None})
    return Bundle(Path(MODEL_FILE), alone, "", BundleInMemory({MODEL_FILE: model}))


def _average_cells(channels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return means over a grid of at most 8 by 8 cells, [channel, cell row, cell column]."""
    rows, columns = (min(_CELLS, length) for length in channels.shape[1:])
    return np.stack(
        [
            np.stack([part.mean(axis=(1, 2)) for part in np.array_split(band, columns, axis=2)], axis=1)
            for band in np.array_split(channels, rows, axis=1)
        ],
        axis=1,
    )


def _describe_case(name: str, slice_: Slice) -> GoldenCase:
    polarity = "monochrome1" if slice_.series.polarity is Polarity.MONOCHROME1 else "monochrome2"
    affine = None if slice_.affine is None else tuple(tuple(row) for row in slice_.affine.tolist())
    return GoldenCase.model_validate({"name": name, "polarity": polarity, "affine": affine})


def _find_strongest(cams: NDArray[np.float32]) -> int:
    return int(np.argmax(cams.max(axis=(1, 2))))


def _quantise_heatmap(raw: RawOutput, contract: Contract, label: int) -> NDArray[np.uint8]:
    heat = heatmap(raw, contract, contract.task.names[label])
    return np.asarray(np.rint(heat * 255.0), dtype=np.uint8)


def _check_case(
    case: GoldenCase, bundle: Bundle, run: Callable[[ModelInput], RawOutput], *, scales: bool
) -> list[Fault]:
    contract = bundle.contract
    try:
        arrays = read_tensors(bundle.read(case.file))
        input_ = prepare(_make_slice(case, arrays["stored"]), contract.input)
        checksum, logits = arrays["checksum"], arrays["logits"]
        maps = (arrays["cams"], arrays["heat"]) if contract.output.cams is not None else None
    except (KeyError, ValueError, TypeError):
        return [Fault(ModelCode.GOLDEN, case.file, english("The golden pair is damaged or incomplete."))]
    raw = run(input_)
    if scales and maps is not None and raw.cams is not None:
        strongest = max(float(np.abs(raw.cams).max()), 1e-12)
        raw = replace(raw, cams=raw.cams * np.float32(np.abs(maps[0]).max() / strongest))
    faults = []
    if not _agrees(tensor_checksum(input_, contract), checksum, CHECKSUM_TOLERANCE):
        faults.append("The prepared tensor is not the one the model was made with.")
    if not _logits_agree(raw, logits, contract):
        faults.append("The model's answer is not the one it was made with.")
    # Another way to ask may have no maps at the layer that the contract names (or names none).
    if maps is not None and raw.cams is not None and not _maps_agree(raw, contract, *maps):
        faults.append("The heatmap is not the one the model was made with.")
    return [Fault(ModelCode.GOLDEN, case.file, sentence) for sentence in faults]


def _make_slice(case: GoldenCase, stored: NDArray[Any]) -> Slice:
    """Return the phantom as a slice. Raises ValueError for an array that is none."""
    colour = stored.ndim == 3 and stored.shape[2] == 3 and stored.dtype == np.uint8
    if stored.size == 0 or stored.dtype.kind not in "iuf" or not (stored.ndim == 2 or colour):
        raise ValueError("no slice")
    affine = None if case.affine is None else np.asarray(case.affine, dtype=np.float64).reshape(4, 4)
    return slice_from_array(stored, polarity=Polarity(case.polarity), affine=affine)


def _agrees(have: NDArray[Any], want: NDArray[Any], tolerance: float) -> bool:
    return have.shape == want.shape and bool(np.all(np.abs(have.astype(np.float64) - want) <= tolerance))


def _logits_agree(raw: RawOutput, logits: NDArray[Any], contract: Contract) -> bool:
    if raw.logits.shape != logits.shape or not np.isfinite(logits).all():
        return False
    scale = max(1.0, float(np.abs(logits).max()))
    expected = probabilities_of(logits.astype(np.float32), contract)
    return _agrees(raw.probabilities, expected, PROBABILITY_TOLERANCE) and _agrees(
        raw.logits, logits, LOGIT_TOLERANCE * scale
    )


def _maps_agree(raw: RawOutput, contract: Contract, cams: NDArray[Any], heat: NDArray[Any]) -> bool:
    if raw.cams is None or raw.cams.shape != cams.shape or not np.isfinite(cams).all():
        return False
    scale = max(float(np.abs(cams).max()), 1e-12)
    levels = _quantise_heatmap(raw, contract, _find_strongest(cams))
    # One level of 8 bits is what the rounding alone may cost.
    same_heat = _agrees(levels, heat, 255.0 * HEATMAP_TOLERANCE + 1.0)
    return same_heat and _agrees(raw.cams, cams, HEATMAP_TOLERANCE * scale)
