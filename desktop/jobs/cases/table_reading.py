"""Tables of results in the background: read, arranged, counted. No Qt here."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop.state.cases.result_rows import ResultTable, RowArrangement, SpreadScores, count_scores
from desktop.state.texts.language import tr
from imaging.base.csv_rows import read_rows
from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.base.progress import Job, Progress
from inference.cases.results import NEEDED, PROBABILITY, probability_columns

_ROWS_A_STEP = 2000


def read_table(path: Path) -> Job[ResultTable]:
    """Read a table of `batch`.

    Raises `Refusal`: what `read_rows` raises, HEADER for a table of something else, EMPTY.
    """
    columns: tuple[str, ...] = ()
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    for line, cells in read_rows(path):
        if not columns:
            columns = tuple(cells)
            missing = [name for name in NEEDED if name not in cells]
            if missing or not probability_columns(columns):
                raise Refusal(Code.HEADER, "This is no table of results that Slicelens wrote.")
        rows.append(tuple(cells.values()))
        lines.append(line)
        if len(rows) % _ROWS_A_STEP == 0:
            yield Progress(tr("Reading the table"), len(rows))
    if not rows:
        raise Refusal(Code.EMPTY, "The table has no rows.")
    yield Progress(tr("Reading the table"), len(rows), len(rows))
    return ResultTable(path, columns, tuple(rows), tuple(lines))


def arrange_table(table: ResultTable, wanted: RowArrangement) -> NDArray[np.intp]:
    """Return the rows that are wanted, in their order."""
    return table.arrange(wanted)


def spread_scores(table: ResultTable, column: str, policy: ReadingPolicy) -> SpreadScores:
    """Return how a column of probabilities is spread; what draws it is imported on the way."""
    import pyqtgraph  # noqa: F401 - takes too long for the thread that paints

    scores = table.numbers(column)
    return SpreadScores(column, scores, count_scores(scores), _find_threshold(table, column, policy))


def _find_threshold(table: ResultTable, column: str, policy: ReadingPolicy) -> float | None:
    # Bundles and rules of decisions are loaded with the first table.
    from desktop.jobs.cases.table_bundles import find_bundles
    from inference.classify.finding import threshold_of

    label = column.removeprefix(PROBABILITY)
    hashes = {table.cell(row, "model_sha256") for row in range(len(table.rows))} - {""}
    contracts = [contract for contract, _ in find_bundles(table.path, hashes, policy).values()]
    found = {threshold_of(one, label) for one in contracts if label in one.task.names} - {None}
    return found.pop() if len(found) == 1 else None
