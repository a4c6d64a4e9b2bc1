"""The report of a run: one HTML page that holds all, figures and galleries included, and fetches nothing."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from imaging.base.atomic_write import write_with_folder
from imaging.base.progress import Job
from inference.contract.contract import Evaluation, Interval
from training.evaluate.evaluate import EvaluationOptions, ExternalEvaluation, RunEvaluation, evaluate_run
from training.evaluate.explanations import RIGHT, WRONG, GalleryPicture
from training.evaluate.metrics import METRICS, Curve, External, Foreign, LimeFigures, Metrics, Operating, Saliency
from training.evaluate.ood_statistics import STATISTICS, statistics_file
from training.evaluate.saliency import DESTROYED
from training.fit.fit import LOG
from training.fit.runs import RECIPE
from training.recipe.recipe import Recipe
from training.recipe.recipe_files import read_recipe
from training.report.figures import FIGURES, draw_figures, draw_history
from training.report.pages import (
    Block,
    Marked,
    Page,
    Section,
    bullets,
    encode_png,
    figure,
    gallery,
    section,
    table,
    write_html,
)
from training.report.tables import PREDICTIONS, per_class, per_class_csv, predictions_csv

REPORT, EXTERNAL, GALLERY = "report.html", "external", "gallery"
_ALT = {
    "confusion.png": "Confusion tables of validation and test",
    "roc.png": "ROC curves of validation and test",
    "reliability.png": "Reliability diagrams before and after temperature scaling",
    "history.png": "Losses and figures of each epoch",
}


def report_run(
    run: Path, folder: Path, options: EvaluationOptions | None = None
) -> Job[RunEvaluation | ExternalEvaluation]:
    """Evaluate a run and write all files of the evaluation into its folder. Raises `Refusal`."""
    found = yield from evaluate_run(run, folder, options)
    recipe = read_recipe(run / RECIPE)
    if isinstance(found, RunEvaluation):
        _write_own(run, found, recipe)
    else:
        _write_external(run, found, recipe)
    checkpoint = found.metrics.checkpoint_sha256
    write_report(run, recipe, found.metrics, externals=_read_externals(run, checkpoint))
    return found


def _write_own(run: Path, found: RunEvaluation, recipe: Recipe) -> None:
    """Write statistics, figures and tables first: whoever finds `metrics.json` finds all that it speaks of."""
    metrics, choice = found.metrics, found.choice
    write_with_folder(run / STATISTICS, statistics_file(found.familiarity.mean, found.familiarity.precision))
    judged = {part: choice.judge(found.scored[part]) for part in ("validation", "test")}
    draw_figures(run / "figures", judged, dots=choice.marked_thresholds, notes=metrics.standing)
    draw_history(run / "figures", run / LOG, notes=metrics.standing)
    for part, evaluation in zip(("validation", "test", "train"), (*metrics.evaluations, metrics.training), strict=True):
        if evaluation is not None:
            write_with_folder(run / per_class(part), per_class_csv(evaluation))
    write_with_folder(run / PREDICTIONS, predictions_csv(list(found.scored.values()), choice))
    if found.explanations is not None:
        for kind, pictures in found.explanations.galleries.items():
            _write_gallery(run / GALLERY / kind, pictures)
    write_with_folder(run / METRICS, metrics.model_dump_json(indent=1).encode())


def _write_external(run: Path, found: ExternalEvaluation, recipe: Recipe) -> None:
    external, choice = found.external, found.choice
    out = run / EXTERNAL / f"{external.name}-{external.data_manifest_sha256[:8]}"
    judged = {external.name: choice.judge(found.scored)}
    draw_figures(out, judged, dots=choice.marked_thresholds, notes=found.metrics.standing)
    write_with_folder(out / per_class("external"), per_class_csv(external.evaluation))
    write_with_folder(out / PREDICTIONS, predictions_csv([found.scored], choice))
    write_with_folder(out / METRICS, external.model_dump_json(indent=1).encode())


def _read_externals(run: Path, checkpoint: str) -> list[tuple[Path, External]]:
    """Return the other sets on which these very weights were judged, with their folders."""
    found = []
    for path in sorted((run / EXTERNAL).glob(f"*/{METRICS}")):
        try:
            external = External.model_validate_json(path.read_bytes())
        except (OSError, ValidationError):
            continue
        if external.checkpoint_sha256 == checkpoint:
            found.append((path.parent, external))
    return found


def _write_gallery(folder: Path, pictures: Sequence[GalleryPicture]) -> None:
    for old in folder.glob("*.png") if folder.is_dir() else ():
        old.unlink()
    for number, one in enumerate(pictures):
        write_with_folder(folder / f"{number:03d}.png", encode_png(one.rgb))
    captions = [one.caption.replace("\n", " | ") for one in pictures]
    write_with_folder(folder / "captions.txt", ("\n".join(captions) + "\n").encode())


def _read_gallery(folder: Path) -> list[tuple[bytes, str]]:
    """Return the pictures of a gallery with their captions."""
    try:
        captions = (folder / "captions.txt").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    paths = sorted(folder.glob("*.png"))
    return [(path.read_bytes(), caption.replace(" | ", "\n")) for path, caption in zip(paths, captions, strict=False)]


def write_report(
    run: Path, recipe: Recipe, metrics: Metrics, *, externals: Sequence[tuple[Path, External]] = ()
) -> None:
    """Write `report.html` from the run's folder. Raises `Refusal` (WRITE)."""
    sections = [
        _figures(metrics),
        _drawn(run, metrics),
        _calibration(metrics),
        _decision(metrics),
        _familiarity(metrics),
        *(_external(folder, one) for folder, one in externals),
        _explained(run, metrics),
        _making(recipe, metrics),
    ]
    page = Page(
        title=f"{recipe.bundle.name}: how it was judged",
        subtitle=f"{recipe.about}. {metrics.evaluations[1].split}: n = {metrics.evaluations[1].n}.",
        notice=" ".join(metrics.standing),
        sections=tuple(sections),
    )
    write_html(page, run / REPORT)


def text_of(interval: Interval | None) -> str | None:
    """`0.944 [0.931, 0.956]`."""
    return None if interval is None else f"{interval.value:.3f} [{interval.low:.3f}, {interval.high:.3f}]"


def _figures(metrics: Metrics) -> Section:
    shown = [one for one in (*metrics.evaluations, metrics.training) if one is not None]
    whole = table(
        ("part", "n", "macro-F1", "accuracy", "AUC", "split by"),
        [
            (one.split, one.n, text_of(one.macro_f1), text_of(one.accuracy), text_of(one.auc), one.grouped_by)
            for one in shown
        ],
        "With 95 % intervals: 1,000 bootstrap draws of whole groups",
    )
    return section("Figures", whole, *(_per_label(one) for one in metrics.evaluations))


def _per_label(evaluation: Evaluation) -> Block:
    rows = [
        (label, one.n, text_of(one.precision), text_of(one.recall), text_of(one.f1), text_of(one.auc))
        for label, one in evaluation.labels.items()
    ]
    return table(("label", "n", "precision", "recall", "F1", "AUC"), rows, evaluation.split)


def _drawn(run: Path, metrics: Metrics) -> Section:
    blocks = [_picture(run / "figures" / name, metrics.standing) for name in FIGURES]
    return Section("Curves and tables", tuple(block for block in blocks if block is not None))


def _picture(path: Path, standing: Sequence[str]) -> Block | None:
    try:
        return figure(path.read_bytes(), " ".join((_ALT[path.name] + ".", *standing)), alt=_ALT[path.name])
    except OSError:
        return None


def _calibration(metrics: Metrics) -> Section:
    rows = [(part, text_of(both["before"]), text_of(both["after"])) for part, both in metrics.ece.items()]
    blocks: list[Block] = [
        f"Logits are divided by the temperature {metrics.calibration.temperature:.3f}, chosen on "
        f"{metrics.calibration.cases} cases of the validation part.",
        table(("part", "before", "after"), rows, "Expected calibration error, 15 bins"),
    ]
    if metrics.conformal is not None:
        rows_ = [
            (f"{part}, alpha {alpha}", metrics.conformal.q_hat[alpha], one.n, text_of(one.coverage), text_of(one.size))
            for part, of_part in metrics.coverage.items()
            for alpha, one in of_part.items()
        ]
        blocks.append(
            table(
                ("part", "q-hat", "n", "sets with the right answer", "answers in a set"),
                rows_,
                "Split conformal prediction: q-hat from validation, promised on new cases is 1 - alpha",
            )
        )
    return Section("Calibration", tuple(blocks))


def _decision(metrics: Metrics) -> Section:
    blocks: list[Block] = [f"Rule: {metrics.decision.rule}; {metrics.threshold_rule}."]
    if metrics.threshold is not None:
        blocks.append(f"Threshold: {metrics.threshold:.4f}.")
    if metrics.youden:
        blocks.append(
            _youden(metrics.youden, "Youden's thresholds, chosen on validation; what they do on the test part")
        )
    return Section("Decision", tuple(blocks))


def _youden(found: Mapping[str, Operating], caption: str) -> Block:
    rows = [
        (label, f"{one.threshold:.4f}", text_of(one.sensitivity), text_of(one.specificity))
        for label, one in found.items()
    ]
    return table(("label", "threshold", "sensitivity", "specificity"), rows, caption)


def _familiarity(metrics: Metrics) -> Section:
    rule = metrics.out_of_distribution
    rows = [_refused(name, one) for name, one in metrics.foreign.items()]
    blocks: list[Block] = [
        f"A slice whose features lie farther than {rule.cut_off:.2f} (Mahalanobis) from every kind of training case "
        "is called unfamiliar: that is 5 % of the validation part, and "
        f"{rule.in_distribution_refused:.1%} of the test part."
    ]
    if rows:
        blocks.append(
            table(_REFUSED_HEAD, rows, "What the cut-off does to slices that are none of the model's business")
        )
    return Section("Unfamiliar slices", tuple(blocks))


_REFUSED_HEAD = ("set", "slices", "files", "refused", "median distance")


def _refused(name: str, one: Foreign) -> tuple[str, int, int, str | None, float]:
    return name, one.n, one.sources, text_of(one.refused), one.median_distance


def _external(folder: Path, external: External) -> Section:
    one = external.evaluation
    row = (one.split, one.n, text_of(one.macro_f1), text_of(one.accuracy), text_of(one.auc))
    blocks: list[Block | None] = [
        "Temperature, decision, thresholds, q-hats and cut-off are those chosen on the run's own validation part.",
        table(("set", "n", "macro-F1", "accuracy", "AUC"), [row]),
        _per_label(one),
        table(
            ("calibration error", "value"),
            [("before", text_of(external.ece["before"])), ("after", text_of(external.ece["after"]))],
        ),
        _youden(external.youden, "Youden's thresholds") if external.youden else None,
        table(_REFUSED_HEAD, [_refused(external.name, external.refused)], "Called unfamiliar"),
        *(_picture(folder / name, ()) for name in FIGURES),
    ]
    return Section(f"Another set: {external.name}", tuple(block for block in blocks if block is not None))


def _explained(run: Path, metrics: Metrics) -> Section:
    blocks: list[Block] = []
    if metrics.saliency is not None:
        blocks += _saliency(metrics.saliency)
    if metrics.lime is not None:
        blocks.append(_lime(metrics.lime))
    for kind, title in ((RIGHT, "Right cases of the test part"), (WRONG, "Wrong cases, the surest first")):
        pictures = [figure(png, caption) for png, caption in _read_gallery(run / GALLERY / kind)]
        if pictures:
            panels = "slice, heatmap, LIME" if metrics.lime is not None else "slice, heatmap"
            blocks += [f"{title} ({panels}); the heatmap is that of the most probable label.", gallery(pictures)]
    if not blocks:
        blocks.append("Galleries and saliency checks were left out of this evaluation.")
    return Section("Heatmaps", tuple(blocks))


def _saliency(found: Saliency) -> list[Block]:
    verdict = (
        Marked("Randomised weights destroy the map.", "good")
        if found.destroyed
        else Marked(
            "Randomised weights do NOT destroy the map: it shows the slice's edges, not what was learnt.", "bad"
        )
    )
    rows = [(one.down_to, text_of(one.correlation), text_of(one.similarity)) for one in found.randomised]
    curves = [_curve("insertion", found.insertion), _curve("deletion", found.deletion)]
    return [
        verdict,
        table(
            ("weights shuffled down to", "rank correlation", "SSIM"),
            rows,
            f"{found.cases} cases; destroyed means a mean correlation of {DESTROYED:g} or less at the end",
        ),
        table(
            ("curve", "area, heatmap's order", "area, random order", "gain"),
            curves,
            "Probability while places are shown (insertion) or blurred away (deletion); a gain above 0 beats chance",
        ),
    ]


def _curve(name: str, curve: Curve) -> tuple[str, str | None, str | None, str | None]:
    return name, text_of(curve.heatmap), text_of(curve.random), text_of(curve.gain)


def _lime(found: LimeFigures) -> Block:
    return bullets(
        [
            f"LIME on about {found.superpixels:.0f} superpixels, {found.samples} samples, {found.cases} cases, "
            f"{found.seeds} seeds each.",
            f"Rank correlation between seeds: {text_of(found.repeatability)}.",
            f"Rank correlation with the heatmap: {text_of(found.like_heatmap)}.",
        ]
    )


def _making(recipe: Recipe, metrics: Metrics) -> Section:
    counted = [(name.replace("_", " "), count) for name, count in metrics.counts.items()]
    return section(
        "Data and split",
        f"{recipe.bundle.data} ({recipe.bundle.data_licence}).",
        table(("what", "count"), counted, "What grouping found when the split was made"),
        bullets(
            [
                f"data manifest SHA-256 {metrics.data_manifest_sha256}",
                f"split SHA-256 {metrics.split_sha256}",
                f"checkpoint SHA-256 {metrics.checkpoint_sha256}",
                f"recipe SHA-256 {recipe.digest}",
            ]
        ),
    )
