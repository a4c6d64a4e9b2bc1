"""The page of a search for learning rates: the curve, where the loss falls, and what to write."""

from pathlib import Path

from matplotlib.figure import Figure

from imaging.base.atomic_write import write_with_folder
from training.fit.rates import RateSearch
from training.recipe.recipe import Recipe
from training.report.figures import encode_figure
from training.report.rendering import Marked, ReportPicture, write_html, write_markdown


def write_rates(path: Path, found: RateSearch, recipe: Recipe) -> None:
    """Write the search as a picture (`.png`), as Markdown (`.md`) or as HTML. Raises `Refusal` (WRITE)."""
    png = encode_figure(lambda figure: _draw_rates(figure, found), (7.0, 4.2), ())
    if path.suffix.lower() == ".png":
        write_with_folder(path, png)
        return
    write = write_markdown if path.suffix.lower() == ".md" else write_html
    write(
        path,
        "rates.jinja",
        title="Learning rates",
        subtitle=f"{recipe.about}. {len(found.rates)} steps of {recipe.fit.batch} cases, the rate raised at each.",
        notice="",
        points=describe_rates(found, recipe),
        picture=ReportPicture(png, "Loss of each batch over the head's learning rate, and its exponential average"),
    )


def describe_rates(found: RateSearch, recipe: Recipe) -> list[str | Marked]:
    """Return what was found in sentences; the last one is what to write on the command line."""
    stage = recipe.fit.stages[0]
    now = f"The recipe has {stage.head_learning_rate:g} (head) and {stage.backbone_learning_rate:g} (backbone)"
    if found.steepest is None or found.suggestion is None:
        return [Marked("The loss fell at no rate, so nothing can be suggested.", "warn"), f"{now}."]
    backbone = found.suggestion * found.backbone_share
    options = (
        f"fit.stages.0.head_learning_rate={found.suggestion:g} --set fit.stages.0.backbone_learning_rate={backbone:.2g}"
    )
    return [
        f"The loss falls most steeply at {found.steepest:.2g} and is lowest at {found.lowest:.2g}.",
        f"{now}; a rate of {found.suggestion:g} (head) and {backbone:.2g} (backbone) seems right: the steepest fall, "
        "or a tenth of the rate of the lowest loss if that is less.",
        f"fit … --set {options}",
    ]


def _draw_rates(figure: Figure, found: RateSearch) -> None:
    axes = figure.subplots()
    axes.semilogx(found.rates, found.losses, ".", color="#b8c0c8", label="loss of a batch")
    axes.semilogx(found.rates, found.smoothed, color="#1f5fa8", label="exponential average")
    for rate, words, colour in (
        (found.steepest, "steepest fall", "#8a5a00"),
        (found.suggestion, "suggestion", "#16703c"),
    ):
        if rate is not None:
            axes.axvline(rate, color=colour, linestyle="--", label=f"{words}: {rate:.2g}")
    least, most = min(found.smoothed), max(found.smoothed[: max(1, len(found.smoothed) // 2)])
    axes.set(xlabel="learning rate of the head", ylabel="loss", ylim=(least * 0.8, most * 1.5))
    axes.legend(fontsize=8)
