"""The model card: what a person reads before believing a number. Written from recipe, metrics and contract alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from inference.contract.contract import Contract
from training.data.persons import count_unknown, describe_persons, describe_sides
from training.evaluate.metrics import Compared, Metrics, ModelComparison
from training.recipe.recipe import CsvTable, Folders, Levels, Names, Recipe
from training.report.rendering import render_text

_SOURCES = {
    Folders: "the folder that a picture stands in",
    Levels: "the names of nested folders",
    CsvTable: "a table beside the pictures",
    Names: "the pictures' file names",
}
_FIGURES = {"macro_f1": "macro-F1", "f1": "F1", "auc": "AUC", "ece": "calibration error"}


@dataclass(frozen=True)
class CardNotes:
    """The parts of a card beside recipe and metrics: names of its figures, and sentences of whoever exports."""

    figures: tuple[str, ...]
    proof: str
    """How far ONNX and torch differ."""
    sections: tuple[str, ...] = ()
    """Whole sections in Markdown, put behind the figures: those of a continued model or an ensemble."""
    made: str = ""
    """Sentences on how the weights came about, instead of the recipe's own."""


def model_card(recipe: Recipe, metrics: Metrics, contract: Contract, notes: CardNotes) -> str:
    """Return the bundle's README.md."""
    augmentation = recipe.augmentation.model_dump(exclude_defaults=True)
    return render_text(
        "card.md",
        recipe=recipe,
        metrics=metrics,
        contract=contract,
        notes=notes,
        labels=_list([label.display for label in contract.task.labels]),
        display={label.name: label.display for label in contract.task.labels},
        conditions=list(_conditions(contract)),
        label_source=_SOURCES[type(recipe.cases.source)],
        persons=describe_persons(metrics.counts),
        sides=describe_sides(metrics.counts),
        is_anyone_known=count_unknown(metrics.counts) < metrics.counts["cases"],
        leaks=[
            f"{key.replace('_', ' ')}: {count}"
            for key, count in metrics.counts.items()
            if key.startswith(("leak", "test_"))
        ],
        augmentations=[f"{name.replace('_', ' ')} {_number_text(value)}" for name, value in augmentation.items()],
    )


def comparison_section(found: ModelComparison | None) -> tuple[str, ...]:
    """Return the section on how a model compares with the bundle that it continues; none if it continues none."""
    if found is None:
        return ()
    return (render_text("comparison.md", comparison=found, names=_FIGURES).rstrip(),)


def comparison_summary(compared: Compared) -> str:
    """Return how two models compare on one set of cases, in a few lines for the terminal."""
    return render_text("comparison.txt", compared=compared, names=_FIGURES).rstrip()


def _conditions(contract: Contract) -> Iterator[tuple[list[str], str]]:
    """Return the labels of each head that is asked only if a label is there, and that label."""
    task = contract.task
    display = {label.name: label.display for label in task.labels}
    for head, condition in zip(task.heads, task.asked_if, strict=False):
        if condition is not None:
            yield [display[name] for name in head], display[condition]


def _number_text(value: object) -> str:
    if isinstance(value, tuple | list):
        return " to ".join(_number_text(one) for one in value)
    return f"{value:g}" if isinstance(value, float | int) else str(value)


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + f" and {names[-1]}"
