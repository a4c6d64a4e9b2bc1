"""A validation as one HTML file: no script, nothing fetched, plots inside; fit to be printed."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from inference.contract.contract import NOTICE

FIGURE_WORDS = {
    "auc": "Area under the ROC curve",
    "accuracy": "Accuracy",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "ppv": "Positive predictive value, in these cases",
    "npv": "Negative predictive value, in these cases",
    "f1": "F1",
    "macro_f1": "Mean F1 of the labels",
    "ece": "Expected calibration error",
    "kappa": "Cohen's kappa of decision and truth",
    "precision": "Precision",
    "recall": "Recall",
}
"""How a person reads the names of figures."""

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1b }
.notice, .few { font-weight: 600; border: 2px solid #8a1f11; color: #8a1f11; padding: .4rem .8rem }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin: 1.4rem 0 .3rem }
table { border-collapse: collapse; margin: .4rem 0 } caption { text-align: left; color: #444 }
th, td { text-align: left; padding: .15rem .8rem .15rem 0; border-bottom: 1px solid #ddd }
td { font-variant-numeric: tabular-nums }
.plots td { border: 0 } svg { max-width: 100%; height: auto }
@media print { body { margin: 0; font-size: 11px } }
"""


def write_validation_page(document: Mapping[str, Any], plots: Mapping[str, Mapping[str, str]]) -> bytes:
    """Return the content of `validation.html`; `plots` are SVGs by model hash and name."""
    return (
        "<!DOCTYPE html>\n"
        '<html lang="en"><head><meta charset="utf-8"><title>Slicelens validation</title>\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<style>{_STYLE}</style></head><body>\n{write_validation_body(document, plots)}</body></html>\n"
    ).encode()


def write_validation_body(document: Mapping[str, Any], plots: Mapping[str, Mapping[str, str]]) -> str:
    """Return what the page says, without its frame; `plots` are pictures as HTML by model hash and name."""
    models = [document, *document["others"]]
    parts = [_model(one, plots.get(one["model"]["sha256"], {})) for one in models]
    parts += [_comparison(one) for one in document["differences"]]
    drawn = "persons" if document["by"] == "patient" else "cases"
    foot = f"Intervals of 95 %, by drawing {drawn} with replacement (seed {document['seed']})."
    return f'<p class="notice">{escape(NOTICE)}</p>\n{"".join(parts)}<p>{escape(foot)}</p>'


def _model(one: Mapping[str, Any], plots: Mapping[str, str]) -> str:
    named = one["model"]
    persons = "persons unknown" if one["persons"] is None else f"{one['persons']} persons"
    head = f"{named['id']} {named['version'] or ''}".strip()
    about = f"{one['n']} cases, {persons}; {one['refused']} of the cases are out of contract."
    notes = "".join(
        f'<p class="{"few" if note.startswith("Too few") else ""}">{escape(note)}</p>' for note in one["notes"]
    )
    drawings = "".join(f"<td>{drawn}</td>" for drawn in plots.values())
    return (
        f"<h1>{escape(head)}</h1><p>{escape(about)}</p>{notes}"
        f"{_figures('All cases', one['metrics'])}{_card(one)}{_matrix(one)}"
        f'<table class="plots"><tr>{drawings}</tr></table>{_labels(one)}{_subgroups(one)}'
    )


def _figures(caption: str, metrics: Mapping[str, Any]) -> str:
    rows = [[FIGURE_WORDS.get(name, name), text_of_figure(figure)] for name, figure in metrics.items()]
    return _table(caption, ("", "value (95 % interval)"), rows)


def text_of_figure(figure: Mapping[str, float]) -> str:
    """Return a figure with its interval, to three decimals."""
    return f"{figure['value']:.3f} ({figure['low']:.3f} to {figure['high']:.3f})"


def _card(one: Mapping[str, Any]) -> str:
    against = one["against_card"]
    if against is None:
        return ""
    said = {True: "a real difference", False: "within what chance gives", None: "too few cases to say"}
    rows = [
        [FIGURE_WORDS[name], text_of_figure(both), text_of_figure(both["card"]), said[both["real"]]]
        for name, both in against["figures"].items()
    ]
    caption = f"Beside the card: {against['split']} ({against['n']} cases)"
    return _table(caption, ("", "here", "card", "difference"), rows)


def _matrix(one: Mapping[str, Any]) -> str:
    rows = [[label, *map(str, row)] for label, row in zip(one["labels"], one["matrix"], strict=False)]
    return _table("Truth (rows) and decision (columns)", ("", *one["matrix_columns"]), rows) if rows else ""


def _labels(one: Mapping[str, Any]) -> str:
    names = ("recall", "specificity", "precision", "f1", "auc")
    rows = [
        [label, str(about["n"]), *(text_of_figure(about[name]) if name in about else "–" for name in names)]
        for label, about in one["by_label"].items()
    ]
    return _table("By label", ("", "n", *(FIGURE_WORDS[name] for name in names)), rows)


def _subgroups(one: Mapping[str, Any]) -> str:
    names = ("auc", "accuracy", "sensitivity", "specificity")
    rows = []
    for part in one["subgroups"]:
        metrics = part["metrics"]
        few = ["too few cases to conclude anything", *[""] * (len(names) - 1)]
        told = few if metrics is None else [text_of_figure(metrics[n]) if n in metrics else "–" for n in names]
        rows.append([f"{part['column'].replace('_', ' ')}: {part['value']}", str(part["n"]), *told])
    return _table("Subgroups", ("", "n", *(FIGURE_WORDS[name] for name in names)), rows) if rows else ""


def _comparison(one: Mapping[str, Any]) -> str:
    said = {True: "a real difference", False: "within what chance gives", None: "too few cases to say"}
    rows = [
        [
            FIGURE_WORDS[name],
            f"{found['first']:.3f}",
            f"{found['second']:.3f}",
            f"{found['difference']:+.3f} ({found['low']:+.3f} to {found['high']:+.3f})",
            said[found["real"]],
        ]
        for name, found in one["metrics"].items()
    ]
    caption = f"{one['second']} less {one['first']}, {one['n']} cases that both answered"
    apart = f"<p>They decide otherwise on {len(one['disagreements'])} of them.</p>"
    return f"<h1>{escape(caption)}</h1>{_table('', ('', one['first'], one['second'], 'difference', ''), rows)}{apart}"


def _table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    titles = "".join(f"<th>{escape(one)}</th>" for one in head)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>\n" for row in rows)
    return f"<table><caption>{escape(caption)}</caption><tr>{titles}</tr>\n{body}</table>\n"
