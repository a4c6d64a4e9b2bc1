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

UNMARKED: set[str] = set()
"""Files whose texts are not marked yet. The list only gets shorter."""

NO_TEXTS = {
    "desktop/render/report_pictures.py": "captions of reports, which are English",
    "desktop/render/curve_picture.py": "captions of reports, which are English",
    "desktop/state/commands.py": "rows of a table",
    "desktop/state/layout.py": "rows of a table",
    "desktop/state/colour_tables.py": "rows of a table",
    "desktop/state/annotations/drawing.py": "rows of a table",
    "desktop/ui/widgets/labels.py": "rows of a table",
    "desktop/ui/plots/text_pictures.py": "markup",
    "desktop/render/figure.py": "complaints about a recipe, for the command line",
    "desktop/jobs/cases/validation.py": "a report, which is English",
    "desktop/jobs/export/layers.py": "words within a file, which are English",
    "desktop/jobs/export/presentation.py": "words within a file, which are English",
    "desktop/jobs/export/series_files.py": "words within a file, which are English",
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
    "SquarePlot",
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

REFUSING = {"Refusal", "Fault", "_refuse", "_fault"}


@pytest.fixture(scope="module")
def translations(qapp: object) -> Any:
    """`build_spec/translations.py`; the programs of Qt that it calls must be there."""
    sys.path.insert(0, str(ROOT / "build_spec"))
    try:
        import translations
    finally:
        sys.path.pop(0)
    if not translations.tools_start():
        pytest.skip("lupdate and lrelease of PySide6 do not start here (Debian: libgssapi-krb5-2)")
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
                fits = isinstance(text, ast.Constant | ast.Name | ast.Attribute | ast.Subscript | ast.Call | ast.BoolOp)
                if not fits or (_name_of(node) == "english" and not isinstance(text, ast.Constant)):
                    wrong.append(f"{path}:{node.lineno}")
            match node:
                # Facts that are put in afterwards, or into a constant, are lost to another language.
                case ast.Call(ast.Attribute(ast.Name(str(name)) | ast.Call(ast.Name(str(name))), "format")):
                    if name == "tr" or name.lstrip("_").isupper():
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
            for number, part in enumerate(node.args):
                # What an item of a list stands for follows its words.
                yield from unmarked_texts(part, shown=name in _SINKS and not (name == "addItem" and number))
            return
        case ast.Constant(str(text)):
            if "text-align" in text or text == "Slicelens":
                return
            if _SENTENCE.search(text) or (shown and re.search(r"[A-Z]?[a-z]{2,}", text)):
                yield text
            return
        case ast.JoinedStr():
            text = "".join(part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
            if re.search(r"[A-Za-z]{3,}", text.replace("Slicelens", "")) and (shown or " " in text.strip()):
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


def test_every_sentence_of_a_refusal_can_be_said_in_german(translations: Any) -> None:
    """A string with facts is not found by its words, and a plain one only as the argument of a `Refusal` itself."""
    lost = []
    for path in translations.sources():
        if "desktop" in path.relative_to(ROOT).parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REFUSING:
                own = node.func.id == "Refusal"
                lost += [f"{path.name}:{one.lineno}" for one in node.args if is_sentence(one, plain=not own)]
    assert lost == []


def is_sentence(node: ast.expr, *, plain: bool) -> bool:
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.Constant) and " " in str(part.value) for part in node.values)
    return plain and isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value
