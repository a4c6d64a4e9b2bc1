"""Every text of the window is marked and has its German, and both are said with the same facts."""

import ast
import re
import string
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("desktop/ui", "desktop/controllers", "desktop/wiring", "desktop/render", "desktop/state", "desktop/jobs")

UNMARKED = {
    "desktop/controllers/annotations/commands.py",
    "desktop/controllers/annotations/keeping.py",
    "desktop/controllers/annotations/shapes_of_series.py",
    "desktop/controllers/compare/cine.py",
    "desktop/controllers/document.py",
    "desktop/controllers/explanation.py",
    "desktop/controllers/map_check.py",
    "desktop/controllers/model_wizard.py",
    "desktop/controllers/multiplanar/mpr.py",
    "desktop/controllers/offers.py",
    "desktop/controllers/provenance.py",
    "desktop/controllers/sending.py",
    "desktop/controllers/session/session_keeping.py",
    "desktop/jobs/cases/table_reading.py",
    "desktop/jobs/cases/validation.py",
    "desktop/jobs/choice.py",
    "desktop/jobs/explain.py",
    "desktop/jobs/export.py",
    "desktop/jobs/figure.py",
    "desktop/jobs/model_input.py",
    "desktop/jobs/model_wizard.py",
    "desktop/jobs/open.py",
    "desktop/jobs/report.py",
    "desktop/jobs/report_reading.py",
    "desktop/jobs/score.py",
    "desktop/jobs/series_score.py",
    "desktop/jobs/session/session_file.py",
    "desktop/jobs/shape_work.py",
    "desktop/render/curve_text.py",
    "desktop/render/figure.py",
    "desktop/render/measurement_text.py",
    "desktop/render/picture_builder.py",
    "desktop/render/privacy.py",
    "desktop/render/text.py",
    "desktop/state/annotations/rows.py",
    "desktop/state/cases/batch_choice.py",
    "desktop/state/export_options.py",
    "desktop/state/slice_coverage.py",
    "desktop/ui/annotation_pages.py",
    "desktop/ui/dialogs/batch_dialog.py",
    "desktop/ui/dialogs/case_pages.py",
    "desktop/ui/dialogs/deidentify.py",
    "desktop/ui/dialogs/export_dialog.py",
    "desktop/ui/dialogs/file_choice.py",
    "desktop/ui/dialogs/model_card.py",
    "desktop/ui/dialogs/model_preview.py",
    "desktop/ui/dialogs/model_wizard_dialog.py",
    "desktop/ui/dialogs/prompts.py",
    "desktop/ui/dialogs/result_table.py",
    "desktop/ui/dialogs/save_report.py",
    "desktop/ui/dialogs/shape_label.py",
    "desktop/ui/main_window.py",
    "desktop/ui/panels/annotation_list.py",
    "desktop/ui/panels/comparison.py",
    "desktop/ui/panels/finding.py",
    "desktop/ui/panels/heatmap_controls.py",
    "desktop/ui/panels/ledger.py",
    "desktop/ui/panels/model.py",
    "desktop/ui/panels/model_input_panel.py",
    "desktop/ui/panels/probability_bars.py",
    "desktop/ui/panels/progress.py",
    "desktop/ui/panels/provenance.py",
    "desktop/ui/panels/series.py",
    "desktop/ui/panels/start_page.py",
    "desktop/ui/panels/structured_reports.py",
    "desktop/ui/panels/tag_browser.py",
    "desktop/ui/plots/curve_window.py",
    "desktop/ui/plots/score_histogram.py",
    "desktop/ui/plots/validation_window.py",
    "desktop/ui/print_preview.py",
    "desktop/ui/slice_view/pane_text.py",
    "desktop/ui/slice_view/slice_view.py",
    "desktop/ui/slice_view/sliders.py",
    "desktop/ui/widgets/box_picture.py",
    "desktop/ui/widgets/labels.py",
    "desktop/wiring/wiring.py",
}
"""Files whose texts are not marked yet. The list only gets shorter."""

NO_TEXTS = {
    "desktop/render/report_pictures.py": "captions of reports, which are English",
    "desktop/render/curve_picture.py": "captions of reports, which are English",
    "desktop/state/commands.py": "rows of a table",
    "desktop/state/layout.py": "rows of a table",
    "desktop/state/colour_tables.py": "rows of a table",
    "desktop/state/annotations/drawing.py": "rows of a table",
    "desktop/ui/widgets/translation.py": "rows of a table",
    "desktop/ui/widgets/theme.py": "the style sheet",
    "desktop/state/figure_recipe.py": "complaints about a recipe, for the command line",
    "desktop/controllers/automation.py": "lines for the command line",
    "desktop/ui/report_pdf.py": "a report, which is English",
    "desktop/state/settings.py": "rows of a table that nobody sees, and the file's own words",
}
"""Files in which no text is marked, and why."""

_SENTENCE = re.compile(r"[A-Za-z]{2,}[,;:]? [a-z(]|^[^A-Za-z]*[A-Z][a-z]+[ …]")
_SINKS = {
    "QLabel", "text_label", "QPushButton", "QCheckBox", "QAction", "QMenu", "QGroupBox", "QRadioButton", "setText",
    "setWindowTitle", "setToolTip", "setAccessibleName", "setAccessibleDescription", "setPlaceholderText", "addItem",
    "addItems", "addTab", "addButton", "setHeaderLabels", "setStatusTip", "set_hint", "set_text", "addAction",
}  # fmt: skip
_MARKS = {"tr", "english", "Refusal"}
_NOT_SEEN = {
    "ValueError", "TypeError", "KeyError", "RuntimeError", "AssertionError", "ArithmeticError",
    "TypeVar", "Literal", "cast", "Setting",
    "setObjectName", "setProperty", "compile", "import_modules", "getattr", "WorkerTask",
}  # fmt: skip


@pytest.fixture(scope="module")
def translations(qapp: object) -> Any:
    """`build_spec/translations.py`; the programs of Qt that it calls must be there."""
    sys.path.insert(0, str(ROOT / "build_spec"))
    try:
        import translations
    finally:
        sys.path.pop(0)
    if not translations.tools_are_there():
        pytest.skip("lupdate and lrelease are not beside PySide6 here")
    return translations


def test_every_text_has_its_german(translations: Any, tmp_path: Path) -> None:
    """If it fails: `python3 dev.py translate`, then write what is unfinished into the .ts, and translate again."""
    catalogue = tmp_path / "slicelens_de.ts"
    catalogue.write_bytes(translations.CATALOGUE.read_bytes())
    translations.update(catalogue)
    kept = {source for source, _, finished in translations.read_catalogue(translations.CATALOGUE) if finished}
    found = {source for source, _, finished in translations.read_catalogue(catalogue) if finished}
    everything = {source for source, _, _ in translations.read_catalogue(catalogue)}
    assert sorted(everything - found) == [], "no German yet"
    assert sorted(kept - everything) == [], "nobody says it any longer"


def test_what_qt_reads_is_made_of_the_catalogue(translations: Any, tmp_path: Path) -> None:
    compiled = tmp_path / "slicelens_de.qm"
    translations.compile_catalogue(translations.CATALOGUE, compiled)
    assert compiled.read_bytes() == translations.COMPILED.read_bytes(), "run `python3 dev.py translate`"


def test_a_translation_says_the_same_facts(translations: Any) -> None:
    for source, forms, _ in translations.read_catalogue(translations.CATALOGUE):
        for form in forms:
            assert names_in(form) == names_in(source), source
            assert form.count("&") == source.count("&"), source


def names_in(text: str) -> set[str]:
    """Names in braces, `%n`, and the endings of a filter of files; a text that is no template has none."""
    endings = set(re.findall(r"\*\.\w+", text))
    try:
        facts = {name for _, name, _, _ in string.Formatter().parse(text) if name and name.isidentifier()}
    except ValueError:
        facts = set()
    return facts | endings | ({"%n"} if "%n" in text else set())


def test_texts_of_the_window_are_marked() -> None:
    """If it fails: put `tr("…")` around what is shown, or `english("…")` around a constant that `tr` says later."""
    unmarked = {path: texts for path, tree in modules() if (texts := list(unmarked_texts(tree)))}
    known = UNMARKED | NO_TEXTS.keys()
    assert {path: texts for path, texts in unmarked.items() if path not in known} == {}
    assert sorted(UNMARKED - unmarked.keys()) == [], "all marked by now: shorten the list"


def test_marks_hold_literals_that_lupdate_reads() -> None:
    """An f-string, a sum or a choice within a mark would be looked up as something that no catalogue has."""
    wrong = []
    for path, tree in (*modules(), *modules(("imaging", "inference"))):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _name_of(node) in ("tr", "english") and node.args:
                text = node.args[0]
                fits = isinstance(text, ast.Constant | ast.Name | ast.Attribute | ast.Subscript | ast.Call)
                if not fits or (_name_of(node) == "english" and not isinstance(text, ast.Constant)):
                    wrong.append(f"{path}:{node.lineno}")
    assert wrong == []


def modules(rooms: tuple[str, ...] = ROOMS) -> Iterator[tuple[str, ast.Module]]:
    """Every module of the rooms: its path in the repository and its tree."""
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def unmarked_texts(node: ast.AST, *, shown: bool = False) -> Iterator[str]:
    """Yield literals that a person would read: sentences anywhere, single words where a widget takes its text."""
    match node:
        case ast.Expr(ast.Constant(str())) | ast.Assert():
            return
        case ast.Call():
            name = _name_of(node)
            if name in _MARKS | _NOT_SEEN:
                return
            for part in (node.func, *(word.value for word in node.keywords)):
                yield from unmarked_texts(part)
            for part in node.args:
                yield from unmarked_texts(part, shown=name in _SINKS)
            return
        case ast.Constant(str(text)):
            if _SENTENCE.search(text) or (shown and re.search(r"[A-Z]?[a-z]{2,}", text)):
                yield text
            return
        case ast.JoinedStr():
            text = "".join(part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
            if re.search(r"[A-Za-z]{2,}", text.replace("Slicelens", "")) and (shown or " " in text.strip()):
                yield text
            else:
                for part in node.values:
                    if isinstance(part, ast.FormattedValue):
                        yield from unmarked_texts(part.value)
            return
        case ast.AnnAssign():
            if node.value is not None:
                yield from unmarked_texts(node.value)
            return
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            for part in (*node.args.defaults, *filter(None, node.args.kw_defaults), *node.body):
                yield from unmarked_texts(part)
            return
    for child in ast.iter_child_nodes(node):
        yield from unmarked_texts(child, shown=shown and isinstance(node, ast.IfExp | ast.List | ast.Tuple))


def _name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
