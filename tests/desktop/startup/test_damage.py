"""A program that is not whole says so, by the list of its files."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop import main as entry
from desktop.startup.build_info import MANIFEST, find_damage, require_whole
from imaging.base.errors import Code, Refusal


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder of a program's libraries with a list of its five files."""
    files = {f"models/{name}.onnx": name.encode() * 9 for name in "abcd"} | {"lib.so": b"library"}
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    (tmp_path / "resources").mkdir()
    rows = {name: [len(content), hashlib.sha256(content).hexdigest()] for name, content in files.items()}
    (tmp_path / "resources" / MANIFEST).write_text(json.dumps({"files": rows}))
    return tmp_path


def test_a_whole_program_is_whole(installed: Path) -> None:
    assert find_damage(root=installed, thorough=True) == ()
    require_whole(installed)


def _delete(path: Path) -> None:
    path.unlink()


def _halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:3])


def _replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("harm", "how"), [(_delete, "missing"), (_halve, "changed"), (_replace_by_folder, "changed")]
)  # fmt: skip
def test_what_is_harmed_is_named(installed: Path, harm: Callable[[Path], None], how: str) -> None:
    harm(installed / "lib.so")
    with pytest.raises(Refusal) as caught:
        require_whole(installed)
    assert caught.value.code is Code.DAMAGED
    assert f"lib.so ({how})" in caught.value.message
    assert "Install Slicelens again" in caught.value.message


def test_a_changed_byte_is_found_by_the_thorough_look_only(installed: Path) -> None:
    (installed / "lib.so").write_bytes(b"librarY")
    assert find_damage(root=installed) == ()
    (one,) = find_damage(root=installed, thorough=True)
    assert (one.path, one.how) == ("lib.so", "changed")


def test_of_many_the_first_are_named_and_the_rest_counted(installed: Path) -> None:
    for path in (installed / "models").iterdir():
        path.unlink()
    (installed / "lib.so").unlink()
    with pytest.raises(Refusal, match="and 2 more"):
        require_whole(installed)


@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b'{"files": 3}'])
def test_a_lost_or_broken_list_is_damage(installed: Path, content: bytes | None) -> None:
    place = installed / "resources" / MANIFEST
    place.unlink() if content is None else place.write_bytes(content)
    with pytest.raises(Refusal) as caught:
        require_whole(installed)
    assert caught.value.code is Code.DAMAGED


@pytest.mark.parametrize("arguments", [["about"], ["inspect", "x.dcm"], ["--quit"], ["--version"]])
def test_a_damaged_program_ends_with_2_and_a_sentence(
    installed: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (installed / "lib.so").unlink()
    monkeypatch.setattr(entry, "require_whole", lambda: require_whole(installed))
    assert entry.main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "damaged: lib.so (missing)" in captured.err
    assert captured.err.strip().endswith("[E_DAMAGED]")
    assert len(captured.err.strip().splitlines()) == 1


def test_nothing_compiled_is_loaded_before_the_program_knows_that_it_is_whole(root: Path) -> None:
    """A library cut in half ends the process without a word where it is loaded."""
    script = "import sys, desktop.main; print(sorted({'numpy', 'cv2', 'pydantic', 'PySide6'} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=False)
    assert ran.stdout == "[]\n", ran.stderr
