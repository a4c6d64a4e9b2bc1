"""The report of a run: one HTML page that holds all, figures and galleries included, and fetches nothing."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from inference.contract.contract import Evaluation, Interval
from training.evaluate.explanations import RIGHT, WRONG, read_gallery
from training.evaluate.metrics import Curve, External, Foreign, LimeFigures, Metrics, Operating, Saliency
from training.evaluate.saliency import DESTROYED
from training.recipe.recipe import Recipe
from training.report.figures import FIGURES
from training.report.pages import Block, Marked, Page, Section, bullets, figure, gallery, section, table, write_html

REPORT = "report.html"
_ALT = {
    "confusion.png": "Confusion tables of validation and test",
    "roc.png": "ROC curves of validation and test",
    "reliability.png": "Reliability diagrams before and after temperature scaling",
    "history.png": "Losses and figures of each epoch",
}


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
        pictures = [figure(png, caption) for png, caption in read_gallery(run, kind)]
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
