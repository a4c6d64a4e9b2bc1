"""Local operating points, chosen in the background. No Qt here."""

from datetime import date

import numpy as np

from desktop.jobs.cases.validation import JudgedTable
from imaging.base.english import english
from imaging.base.errors import Code, Refusal
from imaging.base.progress import Job, Progress
from inference.bundle.local_point import LocalPoint, keep_local_point
from inference.cases.local_choice import SHARE, choose_local_point

_UNKNOWN = english(
    "The bundle of this model is not installed here, so there is no rule that a local point could stand in for."
)


def choose_and_keep(
    judged: JudgedTable,
    model: int,
    *,
    aim: str,
    label: str | None = None,
    share: float = SHARE,
    with_temperature: bool = False,
) -> Job[LocalPoint]:
    """Choose a local point for a model of a judgement, and keep it. Raises `Refusal`: as `choose_local_point`, WRITE.

    Cases out of contract take no part: no finding is shown of them.
    """
    yield Progress("Choosing", 0)
    cases = judged.validations[model].cases
    contract = judged.contracts.get(cases.model.sha256)
    if contract is None:
        raise Refusal(Code.MISSING, _UNKNOWN)
    fitting = np.flatnonzero([row.cells["standing"] != "out_of_contract" for row in cases.rows])
    point = choose_local_point(
        cases.at(fitting),
        contract,
        aim=aim,
        today=date.today(),
        label=label,
        share=share,
        with_temperature=with_temperature,
    )
    keep_local_point(point)
    return point
