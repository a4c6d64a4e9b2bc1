"""A validation as one HTML file: no script, nothing fetched, plots inside; fit to be printed."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from imaging.base.english import Text, english
from inference.contract.contract import NOTICE

FIGURE_WORDS = {
    "auc": english("Area under the ROC curve"),
    "accuracy": english("Accuracy"),
    "sensitivity": english("Sensitivity"),
    "specificity": english("Specificity"),
    "ppv": english("Positive predictive value, in these cases"),
    "npv": english("Negative predictive value, in these cases"),
    "f1": english("F1"),
    "macro_f1": english("Mean F1 of the labels"),
    "ece": english("Expected calibration error"),
    "kappa": english("Cohen's kappa of decision and truth"),
    "precision": english("Precision"),
    "recall": english("Recall"),
}
"""How a person reads the names of figures."""

_WORTH = {
    True: english("a real difference"),
    False: english("within what chance gives"),
    None: english("too few cases to say"),
}
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


Say = Callable[[str], str]
"""Says a text, which is English, in another language."""


def write_validation_body(document: Mapping[str, Any], plots: Mapping[str, Mapping[str, str]], say: Say = str) -> str:
    """Return what the page says, without its frame; `plots` are pictures as HTML by model hash and name."""
    return _Body(say).write(document, plots)


def text_of_figure(figure: Mapping[str, float]) -> Text:
    """Return a figure with its interval, to three decimals."""
    return english(
        "{value:.3f} ({low:.3f} to {high:.3f})", value=figure["value"], low=figure["low"], high=figure["high"]
    )


class _Body:
    """The page in one language: every word of ours goes through `say`, no name and no number does."""

    def __init__(self, say: Say) -> None:
        self._say = say

    def write(self, document: Mapping[str, Any], plots: Mapping[str, Mapping[str, str]]) -> str:
        parts = [self._model(one, plots.get(one["model"]["sha256"], {})) for one in (document, *document["others"])]
        parts += [self._comparison(one) for one in document["differences"]]
        foot = (
            english("Intervals of 95 %, by drawing persons with replacement (seed {seed}).", seed=document["seed"])
            if document["by"] == "patient"
            else english("Intervals of 95 %, by drawing cases with replacement (seed {seed}).", seed=document["seed"])
        )
        return f'<p class="notice">{self._word(NOTICE)}</p>\n{"".join(parts)}<p>{self._word(foot)}</p>'

    def _word(self, text: str) -> str:
        return escape(self._say(text))

    def _model(self, one: Mapping[str, Any], plots: Mapping[str, str]) -> str:
        named = one["model"]
        persons = english("persons unknown") if one["persons"] is None else english("%n person(s)", "", one["persons"])
        head = f"{named['id']} {named['version'] or ''}".strip()
        about = english(
            "{n} cases, {persons}; {refused} of the cases are out of contract.",
            n=one["n"],
            persons=persons,
            refused=one["refused"],
        )
        notes = "".join(
            f'<p class="{"few" if note.startswith("Too few") else ""}">{self._word(note)}</p>' for note in one["notes"]
        )
        drawings = "".join(f"<td>{drawn}</td>" for drawn in plots.values())
        return (
            f"<h1>{escape(head)}</h1><p>{self._word(about)}</p>{notes}"
            f"{self._figures(one['metrics'])}{self._card(one)}{self._matrix(one)}"
            f'<table class="plots"><tr>{drawings}</tr></table>{self._labels(one)}{self._subgroups(one)}'
        )

    def _figures(self, metrics: Mapping[str, Any]) -> str:
        rows = [[self._figure_word(name), self._say(text_of_figure(figure))] for name, figure in metrics.items()]
        return self._table(english("All cases"), ("", self._say(english("value (95 % interval)"))), rows)

    def _figure_word(self, name: str) -> str:
        return self._say(FIGURE_WORDS[name]) if name in FIGURE_WORDS else name

    def _card(self, one: Mapping[str, Any]) -> str:
        against = one["against_card"]
        if against is None:
            return ""
        rows = [
            [
                self._figure_word(name),
                self._say(text_of_figure(both)),
                self._say(text_of_figure(both["card"])),
                self._say(_WORTH[both["real"]]),
            ]
            for name, both in against["figures"].items()
        ]
        caption = english("Beside the card: {split} ({n} cases)", split=against["split"], n=against["n"])
        head = ("", *map(self._say, (english("here"), english("card"), english("difference"))))
        return self._table(caption, head, rows)

    def _matrix(self, one: Mapping[str, Any]) -> str:
        rows = [[label, *map(str, row)] for label, row in zip(one["labels"], one["matrix"], strict=False)]
        caption = english("Truth (rows) and decision (columns)")
        # Names of labels are the model's own words; what stands beside them is ours.
        head = (self._say(name) if isinstance(name, Text) else name for name in one["matrix_columns"])
        return self._table(caption, ("", *head), rows) if rows else ""

    def _labels(self, one: Mapping[str, Any]) -> str:
        names = ("recall", "specificity", "precision", "f1", "auc")
        rows = [
            [label, str(about["n"]), *(self._cell(about, name) for name in names)]
            for label, about in one["by_label"].items()
        ]
        return self._table(english("By label"), ("", "n", *map(self._figure_word, names)), rows)

    def _cell(self, metrics: Mapping[str, Any], name: str) -> str:
        return self._say(text_of_figure(metrics[name])) if name in metrics else "–"

    def _subgroups(self, one: Mapping[str, Any]) -> str:
        names = ("auc", "accuracy", "sensitivity", "specificity")
        few = [self._say(english("too few cases to conclude anything")), *[""] * (len(names) - 1)]
        rows = []
        for part in one["subgroups"]:
            metrics = part["metrics"]
            told = few if metrics is None else [self._cell(metrics, name) for name in names]
            rows.append([f"{part['column'].replace('_', ' ')}: {part['value']}", str(part["n"]), *told])
        head = ("", "n", *map(self._figure_word, names))
        return self._table(english("Subgroups"), head, rows) if rows else ""

    def _comparison(self, one: Mapping[str, Any]) -> str:
        rows = [
            [
                self._figure_word(name),
                f"{found['first']:.3f}",
                f"{found['second']:.3f}",
                self._say(
                    english(
                        "{value:+.3f} ({low:+.3f} to {high:+.3f})",
                        value=found["difference"],
                        low=found["low"],
                        high=found["high"],
                    )
                ),
                self._say(_WORTH[found["real"]]),
            ]
            for name, found in one["metrics"].items()
        ]
        caption = english(
            "{second} less {first}, {n} cases that both answered", second=one["second"], first=one["first"], n=one["n"]
        )
        apart = english("They decide otherwise on {count} of them.", count=len(one["disagreements"]))
        head = ("", one["first"], one["second"], self._say(english("difference")), "")
        return f"<h1>{self._word(caption)}</h1>{self._table('', head, rows)}<p>{self._word(apart)}</p>"

    def _table(self, caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        titles = "".join(f"<th>{escape(one)}</th>" for one in head)
        body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>\n" for row in rows)
        said = self._word(caption) if caption else ""
        return f"<table><caption>{said}</caption><tr>{titles}</tr>\n{body}</table>\n"
