"""What a run that continues a bundle knows of it: which one it was, and how the two compare. Two files of the run."""

from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from imaging.base.errors import Refusal
from inference.contract.contract import ContractPart
from inference.contract.storage import Bundle
from training.compare.compare_models import Compared, table
from training.recipe.text_files import write_atomically
from training.recipe.training_codes import TrainingCode

STARTED, COMPARISON = "continued.json", "comparison.json"

_Kind = TypeVar("_Kind", bound=ContractPart)


class Started(ContractPart):
    """The bundle whose weights the run began with."""

    id: str
    version: str
    sha256: str
    licence: str
    base_weights: str


class ModelComparison(ContractPart):
    """The bundle and the new model on the same cases."""

    old: Started
    sets: tuple[Compared, ...]
    seen_by_old: int | None
    """Held-out new cases that are byte for byte among the old data; None where the old data were not given."""
    seen_by_new: int | None
    """Held-out old cases that are byte for byte among those that the new model learned from or was chosen by."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences on cases that flatter one of the models."""
        said = []
        if self.seen_by_old:
            said.append(f"{self.seen_by_old} of the held-out new cases were in the old model's data: they flatter it.")
        if self.seen_by_new:
            said.append(
                f"{self.seen_by_new} of the held-out old cases are among the new model's own cases: they flatter it."
            )
        return tuple(said)


def started_with(bundle: Bundle) -> Started:
    """The facts of a bundle that a run begins with."""
    contract = bundle.contract
    return Started(
        id=contract.id,
        version=contract.version,
        sha256=bundle.sha256,
        licence=contract.weights_licence,
        base_weights=contract.provenance.base_weights,
    )


def write(run: Path, name: str, content: ContractPart) -> None:
    """Write one of the two files. Raises `Refusal` (WRITE)."""
    write_atomically(run / name, content.model_dump_json(indent=1).encode())


def read_started(run: Path) -> Started | None:
    """The bundle that the run continues, or None. Raises `Refusal` (RUN) where the file is damaged."""
    return _read(run / STARTED, Started)


def read_comparison(run: Path) -> ModelComparison | None:
    """How the bundle and the new model compare, or None. Raises `Refusal` (RUN) where the file is damaged."""
    return _read(run / COMPARISON, ModelComparison)


def _read(path: Path, kind: type[_Kind]) -> _Kind | None:
    try:
        return kind.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError):
        raise Refusal(TrainingCode.RUN, f"{path}: the file cannot be read.") from None


def started_from(run: Path) -> tuple[str, str] | None:
    """For the provenance: the sentence on the starting weights, and their licence; None where none was continued."""
    found = read_started(run)
    if found is None:
        return None
    sentence = f"bundle {found.id} {found.version} (SHA-256 {found.sha256}), which started from: {found.base_weights}"
    return sentence, found.licence


def section_of(run: Path) -> tuple[str, ...]:
    """The section of the model card on what became of the old model; none where no bundle was continued."""
    found = read_comparison(run)
    if found is None:
        return ()
    rows = [
        "## Against the model that it continues",
        "",
        f"{found.old.id} {found.old.version} (bundle SHA-256 {found.old.sha256}), both models on the same cases, with "
        "95 % intervals over the same 1,000 draws of whole groups. Each model decides by its own temperature and rule.",
    ]
    rows += [line for sentence in found.warnings for line in ("", f"**{sentence}**")]
    if found.seen_by_old is None:
        rows += ["", "The old data were not at hand, so what the new model forgot of them was not measured."]
    for compared in found.sets:
        rows += ["", f"{compared.name}, n = {compared.n}:", "", table(compared)]
    return ("\n".join(rows),)
