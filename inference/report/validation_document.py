"""A validation as a document: the fields of `validate --json`, which every other form of it is made of."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from imaging.base.spreadsheet import defuse_formula
from inference.cases.comparison import AgainstCard, PairedModels
from inference.cases.results import CaseRow
from inference.cases.validation import SEED, Figure, Validation, matrix_columns
from inference.contract.contract import NOTICE, Interval
from inference.report.json_document import VERSION


@dataclass(frozen=True, eq=False)
class ModelVerdict:
    """A model's validation, beside its card if the bundle is installed, and what else is to be said of it."""

    validation: Validation
    version: str | None
    against_card: AgainstCard | None
    notes: tuple[str, ...] = ()


def make_validation_document(
    verdicts: Sequence[ModelVerdict], comparisons: Sequence[PairedModels], *, by: str, seed: int = SEED
) -> dict[str, Any]:
    """Return the document: the first model's fields, then those of the others, and each of these against the first."""
    first, *others = map(_model_fields, verdicts)
    return {
        "version": VERSION,
        **first,
        "by": by,
        "seed": seed,
        "others": others,
        "differences": [_comparison_fields(one) for one in comparisons],
        "notice": NOTICE,
    }


def _model_fields(verdict: ModelVerdict) -> dict[str, Any]:
    one = verdict.validation
    results, task = one.cases.model, one.cases.task
    return {
        "model": {"id": results.model, "version": verdict.version, "sha256": results.sha256},
        "n": one.n,
        "persons": one.persons,
        "labels": list(task.names),
        "matrix": [list(row) for row in one.matrix],
        "matrix_columns": list(matrix_columns(task)) if one.matrix else [],
        "refused": one.refused,
        "enough": one.is_enough,
        "metrics": {name: _figure(figure) for name, figure in one.metrics.items()},
        "by_label": {
            label: {name: _figure(value) if isinstance(value, Figure) else value for name, value in about.items()}
            for label, about in one.by_label.items()
        },
        "calibration": {"confidence": one.calibration[0], "right": one.calibration[1]},
        "subgroups": [
            {
                "column": part.column,
                "value": part.value,
                "n": part.n,
                "metrics": None if part.metrics is None else {k: _figure(v) for k, v in part.metrics.items()},
            }
            for part in one.subgroups
        ],
        "against_card": None if verdict.against_card is None else _card_fields(verdict.against_card),
        "notes": [*one.notes, *verdict.notes],
    }


def _figure(figure: Figure | Interval) -> dict[str, float]:
    return {"value": figure.value, "low": figure.low, "high": figure.high}


def _card_fields(against: AgainstCard) -> dict[str, Any]:
    figures = {
        name: {
            **_figure(one.mine),
            "card": _figure(one.card),
            "difference": one.mine.value - one.card.value,
            "real": one.is_real,
        }
        for name, one in against.figures.items()
    }
    return {"split": against.split, "n": against.n, "figures": figures}


def _comparison_fields(one: PairedModels) -> dict[str, Any]:
    return {
        "first": one.first,
        "second": one.second,
        "n": one.n,
        "metrics": {
            name: {
                "first": found.first,
                "second": found.second,
                "difference": found.difference,
                "low": found.low,
                "high": found.high,
                "real": found.is_real if one.is_enough else None,
                "method": one.method[name],
            }
            for name, found in one.differences.items()
        },
        "disagreements": [_disagreement(*pair) for pair in one.disagreements],
    }


def _disagreement(first: CaseRow, second: CaseRow) -> dict[str, Any]:
    path, index = first.place
    decisions = [first.cells["decision"], second.cells["decision"]]
    return {"path": path, "slice": index, "lines": [first.line, second.line], "decisions": decisions}


def write_validation_csv(document: Mapping[str, Any]) -> bytes:
    """Return all figures as lines: model, of what, figure, n, value, low, high."""
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(("model", "of", "figure", "n", "value", "low", "high"))
    for model in (document, *document["others"]):
        name = defuse_formula(model["model"]["id"])
        for of, figure, n, one in _figure_rows(model):
            table.writerow((name, defuse_formula(of), figure, n, one["value"], one["low"], one["high"]))
    return text.getvalue().encode("utf-8-sig")


def _figure_rows(model: Mapping[str, Any]) -> Iterator[tuple[str, str, int, Mapping[str, float]]]:
    for figure, one in model["metrics"].items():
        yield "all", figure, model["n"], one
    for label, about in model["by_label"].items():
        for figure, one in about.items():
            if figure != "n":
                yield f"label {label}", figure, about["n"], one
    for part in model["subgroups"]:
        for figure, one in (part["metrics"] or {}).items():
            yield f"{part['column']} {part['value']}", figure, part["n"], one
