"""The texts of the window and their translations: Qt's `lupdate` reads them from the sources, `lrelease` compiles them.

    python3 dev.py translate     brings resources/translations up to date, and says what has no German yet

`lupdate` reads the literals in calls of `tr` and `english`. What stands in a table of ours (titles of commands, codes
of refusals and the like) or is a plain sentence of a `Refusal` is a text by its place; it is listed for `lupdate` in
a file that exists only meanwhile. A sentence with facts in it is an `english(...)` wherever it is made.
"""

import ast
import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "resources" / "translations" / "slicelens_de.ts"
SAMPLES = ROOT / "resources" / "samples.toml"
COMPILED = CATALOGUE.with_suffix(".qm")
ROOMS = ("imaging", "inference", "desktop")
POINTS = ("Age", "Body part", "Colour", "Modality", "Plane", "Polarity")
"""What a slice and a model's contract are compared by (`inference.classify.applicability`), as the window says it."""
PARTS = ("abdomen", "brain", "breast", "chest", "fetus", "head")
"""Parts of the body that models are made for, of the many that DICOM has codes for."""
COMMAND_LINE = "desktop/cli"
"""The command line speaks English alone."""


def main() -> int:
    """Update the catalogue and compile it; return 1 if texts have no German."""
    update(CATALOGUE)
    compile_catalogue(CATALOGUE, COMPILED)
    lacking = [source for source, _, finished in read_catalogue(CATALOGUE) if not finished]
    for source in lacking:
        print(f"no German yet: {source}")
    print(f"{len(lacking)} texts without German in {CATALOGUE.relative_to(ROOT)}")
    return 1 if lacking else 0


def update(catalogue: Path) -> None:
    """Bring a catalogue up to date with the sources: new texts come in unfinished, those that are gone go."""
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder) / "rows.py"
        rows.write_text("".join(f"english({text!r})\n" for text in texts_by_place()), encoding="utf-8")
        options = (
            "-silent",
            "-locations",
            "none",
            "-sort-messages",
            "-no-obsolete",
            "-tr-function-alias",
            "tr+=english",
        )
        _run("lupdate", *options, *map(str, (*sources(), rows)), "-target-language", "de_DE", "-ts", str(catalogue))


def compile_catalogue(catalogue: Path, compiled: Path) -> None:
    """Write the file that Qt reads; what is not finished is left out of it, and said in English."""
    _run("lrelease", "-silent", "-nounfinished", str(catalogue), "-qm", str(compiled))


def tools_start() -> bool:
    """Return whether Qt's programs for translations start: they lie beside PySide6 and ask for libgssapi_krb5."""
    try:
        return all(
            subprocess.run([str(_program(tool)), "-version"], capture_output=True, check=False).returncode == 0
            for tool in ("lupdate", "lrelease")
        )
    except OSError:
        return False


def sources() -> Iterator[Path]:
    """Yield the files in which texts of the window may stand."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if not path.relative_to(ROOT).as_posix().startswith(COMMAND_LINE):
                yield path


def texts_by_place() -> list[str]:
    """Return the texts that are marked by where they stand."""
    return sorted({*_rows(), *(text for path in sources() for text in sentences_of(path.read_text(encoding="utf-8")))})


def sentences_of(source: str) -> Iterator[str]:
    """Yield the plain sentences of the refusals, and of the reasons of a slice's look, in the source of a module."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(ast.Name("Refusal"), [_, ast.Constant(str(text)), *_]) if text:
                yield text
            case ast.Call(ast.Name("Reason"), [_, *parts]):
                yield from (part.value for part in parts if isinstance(part, ast.Constant) and part.value)


def read_catalogue(catalogue: Path) -> list[tuple[str, tuple[str, ...], bool]]:
    """Return (source, its translations: one, or one for each numerus form, whether they are finished) of every text."""
    found = []
    for message in ElementTree.parse(catalogue).iter("message"):
        translation = message.find("translation")
        forms = [] if translation is None else translation.findall("numerusform") or [translation]
        finished = translation is not None and translation.get("type") is None
        texts = tuple(form.text or "" for form in forms)
        found.append((message.findtext("source", ""), texts, finished and all(texts)))
    return found


def _rows() -> Iterable[str]:
    """Return the texts of the tables, none of which needs Qt to be read but that of the toolbar and of advice."""
    from desktop.startup.build_info import NOTICE
    from desktop.state.annotations.drawing import TOOLS
    from desktop.state.commands import COMMANDS, FIXED_GESTURES, GESTURES, HEADINGS, KEY_WORDS, MENUS, MOUSE_WORDS
    from desktop.ui.toolbar import GROUPS
    from desktop.ui.widgets.labels import ADVICE
    from desktop.ui.widgets.translation import LANGUAGES
    from imaging.base.errors import Code
    from imaging.formats.dicom.rules import RULES
    from imaging.volume.facts import TITLES
    from imaging.volume.geometry import Plane
    from imaging.volume.series import SpacingSource

    yield from (text for row in COMMANDS for text in (row.title, row.submenu) if text)
    yield from (*MENUS, *HEADINGS.values(), *(word for word in KEY_WORDS.values() if word.isascii()))
    yield from (text for row in FIXED_GESTURES for text in row)
    yield from (*(row.title for row in GESTURES), *MOUSE_WORDS.values())
    yield from (text for tool in TOOLS for text in (tool.title, tool.hint))
    yield from (word for group in GROUPS for _, _, word in group)
    yield from (code.sentence for code in Code)
    yield from (
        row[text] for row in tomllib.loads(SAMPLES.read_text(encoding="utf-8"))["sample"] for text in ("title", "line")
    )
    yield NOTICE
    yield from (*POINTS, *map(str.lower, POINTS), *PARTS, *TITLES.values())
    yield from (text for plane in Plane for text in (plane.value, plane.value.capitalize()))
    yield from (*ADVICE.values(), LANGUAGES["system"], *(source.value for source in SpacingSource))
    yield from (text for rule in RULES for text in (rule.name, rule.says) if text)


def _run(tool: str, *arguments: str) -> None:
    subprocess.run([str(_program(tool)), *arguments], check=True, cwd=ROOT)


def _program(tool: str) -> Path:
    from PySide6 import __file__ as package  # its programs are wanted here, not its modules

    return Path(package).parent / (tool + (".exe" if os.name == "nt" else ""))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
