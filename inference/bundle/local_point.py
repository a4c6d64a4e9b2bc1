"""A local operating point: a threshold and a temperature that a person chose on cases of his own.

It is kept beside the bundle in the program's own data, by the bundle's hash; the bundle itself stays as it is. Applied,
it stands in the contract in place of the bundle's own rule, and every finding names it.
"""

from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import Field, ValidationError

from imaging.base.atomic_write import write_with_folder
from imaging.base.english import Text, english
from imaging.base.errors import Code, Refusal
from inference.contract.contract import (
    Band,
    Bands,
    Calibration,
    Contract,
    ContractPart,
    Count,
    Decision,
    Evaluation,
    Share,
    Thresholds,
)
from inference.contract.storage import Bundle, LocalNote
from inference.statistics.judged_cases import is_one_of_two

_LARGEST = 2**20


class LocalPoint(ContractPart):
    """The choice of a person, on what it was made, how good it is on the other cases, and whether it is used."""

    version: Literal[1] = 1
    model: str
    model_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    aim: str
    """`youden`, `sensitivity=0.95` or `specificity=0.95`."""
    label: str | None
    """The label that the threshold is of; None without a threshold."""
    threshold: Share | None
    calibration: Calibration | None
    """The temperature, with the calibration error before and after on the cases that judged."""
    date: str
    cases: Count
    """On how many cases it was chosen."""
    split_by: Literal["person", "case"]
    """By what the cases were divided into those that chose and those that judged."""
    judged: Evaluation
    """How good the model is with it on the other cases."""
    is_used: bool = True

    @property
    def sentence(self) -> Text:
        """Return what stands wherever it is used: `Local threshold 0.41 from 230 cases, 2026-11-28.`"""
        facts = {"cases": self.cases, "date": self.date}
        if self.calibration is None:
            return english(
                "Local threshold {threshold:.4g} from {cases} cases, {date}.", threshold=self.threshold, **facts
            )
        temperature = self.calibration.temperature
        if self.threshold is None:
            return english(
                "Local temperature {temperature:.3g} from {cases} cases, {date}.", temperature=temperature, **facts
            )
        return english(
            "Local threshold {threshold:.4g} and temperature {temperature:.3g} from {cases} cases, {date}.",
            threshold=self.threshold,
            temperature=temperature,
            **facts,
        )


def find_local_point(sha256: str) -> LocalPoint | None:
    """Return what was chosen for the bundle with a hash; None if nothing was, or it cannot be read."""
    try:
        with _path_of(sha256).open("rb") as stream:
            return LocalPoint.model_validate_json(stream.read(_LARGEST))
    except (OSError, ValidationError):
        return None


def keep_local_point(point: LocalPoint) -> None:
    """Keep a point in place of an older one for the same bundle. Raises `Refusal` (WRITE)."""
    write_with_folder(_path_of(point.model_sha256), point.model_dump_json(indent=1).encode())


def switch_local_point(sha256: str, *, used: bool) -> None:
    """Use what was chosen for a bundle, or the bundle's own rule again. Raises `Refusal` (WRITE)."""
    if (point := find_local_point(sha256)) is not None:
        keep_local_point(point.model_copy(update={"is_used": used}))


def with_local_point(bundle: Bundle, point: LocalPoint | None, *, used: bool | None = None) -> Bundle:
    """Return a bundle with the point in its contract if it is used (None: as the point says), and a note of it."""
    if point is None:
        return bundle
    is_used = point.is_used if used is None else used
    contract = localise_contract(bundle.contract, point) if is_used else bundle.contract
    return Bundle(
        path=bundle.path,
        contract=contract,
        sha256=bundle.sha256,
        files=bundle.files,
        assumptions=bundle.assumptions,
        assumed=bundle.assumed,
        local=LocalNote(point.sentence, is_used),
    )


def require_local_point(bundle: Bundle) -> Bundle:
    """Return a bundle with its point in use. Raises `Refusal` (MISSING) if none was chosen for it."""
    point = find_local_point(bundle.sha256)
    if point is None:
        raise Refusal(
            Code.MISSING,
            english(
                "No operating point was chosen for `{model}` on this machine; `slicelens validate … --choose-point "
                "youden` chooses one.",
                model=bundle.contract.id,
            ),
        )
    return with_local_point(bundle, point, used=True)


def localise_contract(contract: Contract, point: LocalPoint) -> Contract:
    """Return the contract with a point's rule, temperature and figures.

    Sets of answers are promised for the bundle's own probabilities, so another temperature takes them away.
    """
    changed: dict[str, object] = {"evaluation": (*contract.evaluation, point.judged)}
    if point.label is not None and point.threshold is not None:
        changed["decision"] = local_rule(contract, point.label, point.threshold)
    if point.calibration is not None:
        changed |= {"calibration": point.calibration, "conformal": None}
    return contract.model_copy(update=changed)


def local_rule(contract: Contract, label: str, threshold: float) -> Decision:
    """Return the rule that decides by a threshold of a label.

    Raises `Refusal` (ARGUMENT) if the label competes with several others: no threshold alone decides among these.
    """
    task = contract.task
    if label not in task.names:
        raise Refusal(
            Code.ARGUMENT,
            english("The model has no label `{label}`; it has {labels}.", label=label, labels=", ".join(task.names)),
        )
    if is_one_of_two(task):
        # Two thresholds that are each other's complement would leave a gap of one rounding between them.
        positive = task.names.index(label)
        other = task.labels[1 - positive]
        bands = (
            Band(low=0.0, decision=other.name, sentence=english("Below the local threshold.")),
            Band(low=threshold, decision=label, sentence=english("Reaches the local threshold.")),
        )
        return Bands(rule="bands", label=label, bands=bands)
    rule = contract.decision
    if task.kind not in ("multilabel", "several_outputs") or rule.rule not in ("thresholds", "argmax"):
        raise Refusal(
            Code.ARGUMENT,
            "A local threshold is for a label that stands against one other, or for itself; of several that compete, "
            "choose a temperature alone (--choose-point temperature).",
        )
    values = dict(rule.values) if rule.rule == "thresholds" else _least_of_argmax(contract)
    return Thresholds(rule="thresholds", values=values | {label: threshold})


def _least_of_argmax(contract: Contract) -> dict[str, float]:
    """Return the thresholds that decide as `argmax` does: one half for a label alone, none within a head of several."""
    heads = contract.task.heads or tuple((name,) for name in contract.task.names)
    return {name: 0.5 if len(head) == 1 else 0.0 for head in heads for name in head}


def _path_of(sha256: str) -> Path:
    return platformdirs.user_data_path("slicelens", appauthor=False) / "local_points" / f"{sha256}.json"
