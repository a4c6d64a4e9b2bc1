"""The model for a slice: by what its file states, else by whose training cases it looks like. No Qt here.

The model that was used last is no reason: it would put a brain model beside a chest film.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from desktop.jobs.score import ModelOffer, open_model
from desktop.state.texts.language import tr
from imaging.base.errors import Refusal
from imaging.base.policy import DEFAULT_POLICY, ReadingPolicy
from imaging.base.progress import Job, Progress
from imaging.volume.volume import Slice
from inference.classify.applicability import find_concerns
from inference.classify.familiarity import ModelFamiliarity, choose_most_familiar, measure_familiarity
from inference.classify.finding import ConcernKind
from inference.contract.contract import Contract


@dataclass(frozen=True)
class ModelFit:
    """The model that the stated facts leave (`named`), or those among which the look of the slice has to choose."""

    named: str | None
    possible: tuple[ModelOffer, ...] = ()


def fit_by_facts(slice_: Slice, offers: Sequence[ModelOffer]) -> ModelFit:
    """Return the one model that nothing in the file contradicts; several, or no modality, leave it open."""
    possible = tuple(offer for offer in offers if not _contradicts(slice_, offer.contract))
    if len(possible) == 1 and slice_.series.modality:
        return ModelFit(possible[0].contract.id)
    return ModelFit(None, possible)


def _contradicts(slice_: Slice, contract: Contract) -> bool:
    return any(one.kind is ConcernKind.MISMATCH for one in find_concerns(slice_, contract))


def find_nearest(
    slice_: Slice, offers: Sequence[ModelOffer], policy: ReadingPolicy = DEFAULT_POLICY
) -> Job[Contract | None]:
    """Return the contract of the model whose training cases a slice is most like; None if it is like nobody's."""
    found: list[ModelFamiliarity | None] = []
    for number, offer in enumerate(offers):
        yield Progress(tr("Looking for a model"), number, len(offers))
        try:
            # One after another: a stranger's model has a process of its own while it is open.
            found.append(measure_familiarity(slice_, open_model(offer.contract.id, tuple(offers), policy)))
        except Refusal:
            # A damaged bundle says so when a person chooses it.
            continue
    nearest = choose_most_familiar(found)
    return None if nearest is None else nearest.contract


class ModelChoice:
    """The model to use: the one that a person chose, else, for each series anew, the one that fits."""

    def __init__(self) -> None:
        self.offers: tuple[ModelOffer, ...] = ()
        self.is_by_person = False
        self._fitted_to: str | None = None

    def offer(self, found: tuple[ModelOffer, ...]) -> None:
        """Choose among these models from now on."""
        self.offers = found
        self._fitted_to = None

    def fitting(self, slice_: Slice | None) -> ModelFit | None:
        """Return what fits the slice's series; None if nothing is to be decided, or was before."""
        if slice_ is None or not self.offers or self.is_by_person or slice_.series.id == self._fitted_to:
            return None
        self._fitted_to = slice_.series.id
        return fit_by_facts(slice_, self.offers)
